import { UserError } from "../errors.js";
import { attributeOf } from "../graph/attributes.js";
import type { Graph, Init, Node } from "../graph/graph.js";
import { indexOf } from "../graph/graph-index.js";

/** A parameter that is as wide as there are classes: of the last layer, or of what stands behind it. */
export interface HeadParameter {
  readonly name: string;
  /** Which of its axes counts the classes. */
  readonly axis: number;
  /** How many inputs one logit is made of. */
  readonly fanIn: number;
  /** How it starts anew. */
  readonly init: Init;
}

/** The end of a classifier. */
export interface Head {
  readonly parameters: readonly HeadParameter[];
  /** The nodes behind the last layer, up to the logits. */
  readonly tail: readonly Node[];
  /** How many logits the last layer makes. */
  readonly classes: number;
}

/**
 * The weight and the bias that make the logits: those of the last dense layer or convolution before the first output,
 * with those of norms, scales and activations behind it.
 * @throws UserError when the output is made in another way.
 */
export function headOf(graph: Graph): readonly HeadParameter[] {
  return endOf(graph).parameters;
}

/** The last layer before the first output, and what stands behind it. @throws UserError as {@link headOf}. */
export function endOf(graph: Graph): Head {
  const index = indexOf(graph);
  const tail: Node[] = [];
  let node = index.maker(graph.outputs[0]!.name);
  while (node !== undefined) {
    const weight = weightOf(graph, node);
    if (weight !== undefined) {
      const { axis, fanIn, name } = weight;
      const classes = graph.parameters.get(name)!.shape[axis]!;
      const drawn: Init = { kind: "uniform-fan-in", fanIn };
      const bias = node.op === "MatMul" ? undefined : node.inputs[2];
      const wide = [...tail.flatMap((behind) => followers(behind, drawn)), { name: bias ?? "", init: drawn }];
      const others = wide.flatMap(({ name, init }): HeadParameter[] => {
        const along = graph.parameters.get(name)?.shape.lastIndexOf(classes) ?? -1;
        return along < 0 ? [] : [{ name, axis: along, fanIn, init }];
      });
      return { parameters: [{ ...weight, init: drawn }, ...others], tail, classes };
    }
    tail.push(node);
    node = index.maker(node.inputs.find((name) => index.maker(name) !== undefined) ?? "");
  }
  throw new UserError(`${graph.name}: got an output that no dense layer or convolution makes; expected a classifier`);
}

const [zero, one]: readonly Init[] = [0, 1].map((value) => ({ kind: "constant", value }));

/** How the inputs of a node behind the last layer start anew, by their number; what follows a norm has its own start. */
const starts: Readonly<Record<string, readonly (Init | undefined)[]>> = {
  BatchNormalization: [undefined, one, zero, zero, one],
  InstanceNormalization: [undefined, one, zero],
  LayerNormalization: [undefined, one, zero],
  GroupNormalization: [undefined, one, zero],
  PRelu: [undefined, { kind: "constant", value: 0.25 }],
  Mul: [one, one],
  Div: [one, one],
  Pow: [undefined, one],
  Sub: [zero, zero],
};

function followers({ op, inputs }: Node, drawn: Init): { name: string; init: Init }[] {
  const inits = op === "Add" ? [drawn, drawn] : (starts[op] ?? []);
  return inputs.flatMap((name, i) => (inits[i] === undefined ? [] : [{ name, init: inits[i] }]));
}

/** The weight of a layer that makes logits out of features. */
function weightOf({ parameters }: Graph, { op, inputs, attributes }: Node): Omit<HeadParameter, "init"> | undefined {
  const name = inputs[1] ?? "";
  const shape = parameters.get(name)?.shape;
  if (shape === undefined) return undefined;
  const size = shape.reduce((product, dim) => product * dim, 1);
  const transposed = attributeOf(attributes, "transB", "int") === 1;
  if (op === "Conv" || (op === "Gemm" && transposed)) return { name, axis: 0, fanIn: size / shape[0]! };
  if (op === "Gemm" || op === "MatMul") return { name, axis: 1, fanIn: shape[0]! };
  return undefined;
}
