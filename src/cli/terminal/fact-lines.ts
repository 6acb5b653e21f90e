import { wrapText } from "../../report/text-columns.js";
import type { Facts } from "../../workspace/run/describe-training.js";
import { visible } from "./visible.js";

/** Names with their values in lines of 80 letters. */
export function factLines(facts: Facts): string[] {
  const width = Math.max(...facts.map(([name]) => name.length)) + 2;
  return facts.flatMap(([name, value]) =>
    wrapText(visible(value), 80 - width).map((line, i) => `${(i === 0 ? name : "").padEnd(width)}${line}`),
  );
}
