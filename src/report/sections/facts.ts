import type { ComparisonResults } from "../../compare/results.js";
import { type Html, html } from "../markup.js";

/** Names with their values, one below the other. */
export function facts(rows: readonly (readonly [name: string, value: string])[]): Html {
  return html`<dl class="facts">${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** Where and when something was measured, and on which images: "2,808 images". */
export function environmentFacts(
  environment: ComparisonResults["environment"],
  data: { readonly name: string; readonly images: string },
  created: string,
): Html {
  return facts([
    ["senet", environment.senet],
    ["Node", environment.node],
    ["ONNX Runtime", environment.onnxruntime],
    ["processor", `${environment.cpu}, ${environment.cores} cores`],
    ["system", environment.os],
    ["data", `${data.name}, ${data.images}`],
    ["finished", `${created.slice(0, 16).replace("T", " ")} UTC`],
  ]);
}

/** A number that stands out, with its name above and a remark below. */
export function tile(name: string, value: string, note: string): Html {
  return html`<div><dt>${name}</dt><dd><strong>${value}</strong> <span>${note}</span></dd></div>`;
}
