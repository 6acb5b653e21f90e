/** Markup that needs no further escaping. Only `html` and `trustedHtml` make it. */
export class Html {
  constructor(readonly text: string) {}
}

/** What may stand in a template: text (escaped), markup (kept), lists of these, or nothing. */
export type Content = string | number | Html | readonly Content[] | false | undefined;

/**
 * A template whose values are escaped unless they are markup themselves.
 * @example
 * html`<td>${"<script>"}</td>`.text; // "<td>&lt;script&gt;</td>"
 */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  return new Html(strings.reduce((text, string, k) => text + toMarkup(values[k - 1]) + string));
}

/** Markup as it is: for text of our own or of a renderer that escapes, such as an SVG chart. */
export function trustedHtml(text: string): Html {
  return new Html(text);
}

/** Text with the five characters that mean something in HTML replaced, safe in elements and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function toMarkup(value: Content): string {
  if (value === undefined || value === false) return "";
  if (value instanceof Html) return value.text;
  return isList(value) ? value.map(toMarkup).join("") : escapeHtml(String(value));
}

const isList = (value: Content): value is readonly Content[] => Array.isArray(value);
