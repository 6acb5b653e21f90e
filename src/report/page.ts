import { type Content, type Html, html, trustedHtml } from "./markup.js";
import { pageStyle } from "./page-style.js";

/** What a page has besides its content: more rules for its style, and a script at its end. */
export interface PageParts {
  readonly style?: string;
  readonly script?: string;
}

/** A whole HTML page that needs nothing from outside. */
export function page(title: string, main: Content, { style = "", script }: PageParts = {}): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${trustedHtml(pageStyle + style)}</style>
</head>
<body>
<main>
${main}
</main>
${
  script !== undefined &&
  html`<script>${trustedHtml(script)}</script>
`
}</body>
</html>
`;
}
