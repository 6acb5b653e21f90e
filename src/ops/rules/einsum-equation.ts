import { broadcastShapes, formatShape, ShapeError } from "../../graph/dims/shape.js";
import type { Dim, ValueType } from "../../graph/graph.js";

/** What every axis is called: a letter, or `.0`, `.1`, … from the last one on for those that `...` stands for. */
export interface Labels {
  readonly operands: readonly (readonly string[])[];
  readonly output: readonly string[];
}

/** Reads an equation of Einsum, `bij,bjk->bik`, for operands of known rank. @throws ShapeError when they do not fit. */
export function parseEinsum(equation: string, operands: readonly ValueType[]): Labels {
  const [left, right, ...more] = equation.replaceAll(" ", "").split("->");
  const terms = (left ?? "").split(",");
  const longest = operands.reduce((sum, { shape }) => sum + shape.length, "...".length);
  const wellFormed = [...terms, right ?? ""].every(
    (term) => term.length <= longest && /^[a-zA-Z]*(\.\.\.)?[a-zA-Z]*$/.test(term),
  );
  if (more.length > 0 || terms.length !== operands.length || !wellFormed) throw wrong(equation, operands);
  const labels = terms.map((term, i) => {
    const hidden = operands[i]!.shape.length - term.replace("...", "").length;
    if (term.includes("...") ? hidden < 0 : hidden !== 0) throw wrong(equation, operands);
    return labelsOf(term, hidden);
  });
  const hidden = Math.max(...labels.map((own) => own.filter((label) => label.startsWith(".")).length));
  const output = right === undefined ? implicitOutput(labels, hidden) : labelsOf(right, hidden);
  const known = new Set(labels.flat());
  const lost = hidden > 0 && right !== undefined && !right.includes("...");
  if (lost || output.some((label) => !known.has(label))) throw wrong(equation, operands);
  return { operands: labels, output };
}

/** The extent behind every label. @throws ShapeError when one has two. */
export function extentsOf({ operands }: Labels, types: readonly ValueType[]): Map<string, Dim> {
  const extents = new Map<string, Dim>();
  for (const [i, own] of operands.entries()) {
    for (const [axis, label] of own.entries()) {
      const size = types[i]!.shape[axis]!;
      extents.set(label, broadcastShapes([extents.get(label) ?? size], [size])[0]!);
    }
  }
  return extents;
}

/** The equation that labels stand for, every one a letter. */
export function writeEinsum(operands: readonly (readonly string[])[], output: readonly string[]): string {
  const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const all = [...new Set([...operands.flat(), ...output])];
  const text = (labels: readonly string[]) => labels.map((label) => letters[all.indexOf(label)]!).join("");
  return `${operands.map(text).join(",")}->${text(output)}`;
}

function labelsOf(term: string, hidden: number): string[] {
  const [before, after] = term.split("...");
  const between = Array.from({ length: after === undefined ? 0 : hidden }, (_, i) => `.${hidden - 1 - i}`);
  return [...before!, ...between, ...(after ?? "")];
}

/** What `...` stands for, then the letters that come once, in the order of the alphabet. */
function implicitOutput(operands: readonly (readonly string[])[], hidden: number): string[] {
  const all = operands.flat();
  const once = all.filter((label) => !label.startsWith(".") && all.indexOf(label) === all.lastIndexOf(label));
  return [...labelsOf("...", hidden), ...once.sort()];
}

function wrong(equation: string, operands: readonly ValueType[]): ShapeError {
  return new ShapeError({
    given: `equation ${equation} for ${operands.map(({ shape }) => formatShape(shape)).join(", ")}`,
    expected: "a term for each operand, a letter for each of its axes or `...`, and nothing else after ->",
  });
}
