import type { GraphBuilder } from "../../graph/builder.js";
import type { Node } from "../../graph/graph.js";
import { float32, type Tensor, toNumbers } from "../../graph/tensor.js";
import { attributesToInputs } from "./axes.js";

const scalesToInput = attributesToInputs(9, { scales: "floats" });

/**
 * Reads Upsample (opsets 7 to 9) and Resize of opset 10: scales alone, from the first pixel on. A nearest pixel is the
 * one before where an axis grows, the one behind where it shrinks. Source: ONNX Runtime, UpsampleBase.
 */
export function upgradeResize(g: GraphBuilder, node: Node, opset: number): Node {
  if (opset >= 11) return node;
  const moved = scalesToInput(g, node, opset);
  const [x = "", given = ""] = moved.inputs;
  const scales = g.constantOf(g.value(given));
  if (scales === undefined) throw new TypeError("got scales that are computed; expected a constant");
  const mode = node.attributes.mode ?? { string: "nearest" };
  const written = (input: string, by: Tensor, nearest: string): Node => ({
    ...node,
    op: "Resize",
    inputs: [input, "", g.constant(by).name],
    attributes: {
      mode,
      coordinate_transformation_mode: { string: "asymmetric" },
      ...("string" in mode && mode.string === "nearest" && { nearest_mode: { string: nearest } }),
    },
  });
  const numbers = toNumbers(scales);
  const part = (limit: (scale: number) => number) => float32(scales.shape, numbers.map(limit));
  const [grows, shrinks] = [numbers.some((scale) => scale > 1), numbers.some((scale) => scale < 1)];
  if (!shrinks || !grows) return written(x, scales, shrinks ? "ceil" : "floor");
  // Each axis is resized by itself, so that one may grow before others shrink.
  const grown = written(
    x,
    part((scale) => Math.max(scale, 1)),
    "floor",
  );
  const between = `${node.outputs[0]}:grown`;
  g.append({ ...grown, name: `${node.name}:grown`, outputs: [between] });
  return written(
    between,
    part((scale) => Math.min(scale, 1)),
    "ceil",
  );
}
