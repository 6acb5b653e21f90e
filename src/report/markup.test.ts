import { expect, it } from "vitest";
import { html, trustedHtml } from "./markup.js";

it("html escapes text, keeps markup, joins lists and skips what is missing", () => {
  const cells = ["<b>", 2].map((value) => html`<td>${value}</td>`);
  expect(html`<tr title="${`"&'`}">${cells}${undefined}${false}${trustedHtml("<hr>")}</tr>`.text).toBe(
    '<tr title="&#34;&#38;&#39;"><td>&#60;b&#62;</td><td>2</td><hr></tr>',
  );
});
