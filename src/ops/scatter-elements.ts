import { attribute } from "../graph/attributes.js";
import { concrete, formatShape, normalizeAxis, ShapeError, sameShape } from "../graph/dims/shape.js";
import type { Node } from "../graph/graph.js";
import { noMacs, type Op, required } from "./op.js";
import { zerosOf } from "./rules/zeros.js";

const attributes = { axis: attribute("int", 0), reduction: attribute("string", "none") };

/** Puts each element of `updates` into x at its own place, but along `axis` at the place that `indices` says. */
export const ScatterElements: Op<typeof attributes> = {
  domain: "",
  kind: "index",
  attributes,
  shape: ({ inputs, attributes: { axis } }) => {
    const [x, indices, updates] = [0, 1, 2].map((i) => required(inputs, i, ["data", "indices", "updates"][i]!));
    normalizeAxis(axis, x!.shape.length);
    if (!sameShape(indices!.shape, updates!.shape) || indices!.shape.length !== x!.shape.length) {
      throw new ShapeError({
        given: `data ${formatShape(x!.shape)}, indices ${formatShape(indices!.shape)}, updates ${formatShape(updates!.shape)}`,
        expected: "indices and updates of one shape with as many axes as data",
      });
    }
    return [{ dtype: x!.dtype, shape: x!.shape }];
  },
  // Where an index comes twice, only the gradient of reduction "add" is defined: ONNX leaves open which element stays.
  gradient: (g, dy, { inputs, attributes: { axis, reduction } }) => {
    const [indices, updates] = [required(inputs, 1, "indices"), required(inputs, 2, "updates")];
    checkReduction(reduction);
    const hidden = () => zerosOf(g, dy.dtype, concrete(updates));
    return [
      () => (reduction === "add" ? dy : g.call("ScatterElements", [dy, indices, hidden()], { axis })),
      undefined,
      () => g.call("GatherElements", [dy, indices], { axis }),
    ];
  },
  macs: noMacs,
  formerly: "Scatter",
  upgrade: (_, node) => ({ ...node, op: "ScatterElements" }),
  downgrade: olderReduction,
};

/** Scattering came to reduce in opset 16, to the extremes in 18. */
export function olderReduction(node: Node, opset: number): Node | number {
  const { reduction = { string: "none" }, ...attributes } = node.attributes;
  if (!("string" in reduction) || opset >= 18) return node;
  if (reduction.string === "none") return opset < 16 ? { ...node, attributes } : node;
  const needed = reduction.string === "add" || reduction.string === "mul" ? 16 : 18;
  return opset < needed ? needed : node;
}

/** @throws TypeError when the gradient of this reduction is not built. */
export function checkReduction(reduction: string): void {
  if (reduction === "none" || reduction === "add") return;
  throw new TypeError(`got reduction ${reduction}; expected none or add where a gradient is wanted`);
}
