import { removeDeadNodes } from "../clean/dead-nodes.js";
import { GraphBuilder } from "../graph/builder.js";
import { bindDim } from "../graph/dims/dim.js";
import { sameShape } from "../graph/dims/shape.js";
import type { Dim, Value, ValueType } from "../graph/graph.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { type Tensor, toNumbers } from "../graph/tensor.js";
import { feedsOf } from "./build-graph.js";
import { runFile } from "./run-graph.js";

type BuildOne = (g: GraphBuilder, ...inputs: Value[]) => Value;

/** What `build` makes of constants while the graph is built. @throws Error when that is not known. */
export function folded(inputs: readonly Tensor[], build: BuildOne): Tensor {
  const g = new GraphBuilder("test");
  const y = build(g, ...inputs.map((tensor) => g.constant(tensor)));
  const tensor = g.constantOf(y);
  if (tensor === undefined) throw new Error(`${y.name} is not folded; expected a constant`);
  return tensor;
}

/** Holds what is folded against what ONNX Runtime computes when the same tensors are fed: equal to the last bit. */
export async function checkFold(inputs: readonly Tensor[], build: BuildOne): Promise<void> {
  const early = folded(inputs, build);
  const late = await computed(inputs, build);
  const equal =
    early.data.length === late.data.length && toNumbers(early).every((x, i) => Object.is(x, toNumbers(late)[i]));
  if (early.dtype !== late.dtype || !sameShape(early.shape, late.shape) || !equal) {
    throw new Error(`folded to ${text(early)}; ONNX Runtime computes ${text(late)}`);
  }
}

/**
 * The elements that are known of what `build` makes of inputs with named extents.
 * @throws Error when they are not known, or not those that the same graph has with sizes in the place of names.
 */
export function knownElements(inputs: readonly ValueType[], build: BuildOne, sizes: Readonly<Record<string, number>>) {
  const known = knownIn(inputs, build);
  const bound = inputs.map(({ dtype, shape }) => ({ dtype, shape: shape.map((dim) => bindDim(dim, sizes)) }));
  const numbers = knownIn(bound, build);
  const evaluated = known.map((dim) => bindDim(dim, sizes));
  if (!sameShape(evaluated, numbers)) {
    throw new Error(
      `[${known.join(", ")}] is [${evaluated.join(", ")}] with ${JSON.stringify(sizes)}; expected [${numbers}]`,
    );
  }
  return known;
}

/** What ONNX Runtime makes of the nodes as they are written, none folded. */
async function computed(inputs: readonly Tensor[], build: BuildOne): Promise<Tensor> {
  const g = new GraphBuilder("test", { fold: false });
  const y = build(g, ...inputs.map(({ dtype, shape }, i) => g.input(`x${i}`, dtype, shape)));
  const { [y.name]: tensor } = await runFile(
    writeOnnx(removeDeadNodes({ ...g.build(), outputs: [y] })),
    feedsOf(inputs),
  );
  return tensor!;
}

function knownIn(inputs: readonly ValueType[], build: BuildOne): readonly Dim[] {
  const g = new GraphBuilder("test");
  const y = build(g, ...inputs.map(({ dtype, shape }, i) => g.input(`x${i}`, dtype, shape)));
  const known = g.known(y);
  if (known === undefined) throw new Error(`${y.name} is not known while the graph is built; expected it to be`);
  return known.data;
}

function text({ dtype, shape, data }: Tensor): string {
  return `${dtype} [${shape.join(", ")}] {${Array.from(data, String).join(", ")}}`;
}
