import { type Html, html } from "../markup.js";

/** Names with their values, one below the other. */
export function facts(rows: readonly (readonly [name: string, value: string])[]): Html {
  return html`<dl class="facts">${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** A number that stands out, with its name above and a remark below. */
export function tile(name: string, value: string, note: string): Html {
  return html`<div><dt>${name}</dt><dd><strong>${value}</strong> <span>${note}</span></dd></div>`;
}
