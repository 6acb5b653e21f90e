import type { GraphBuilder } from "../graph/builder.js";
import { formatShape } from "../graph/dims/shape.js";
import type { Value } from "../graph/graph.js";
import { float32, type Tensor } from "../graph/tensor.js";
import { Random } from "../random.js";
import { differentiate } from "../step/differentiate.js";
import { buildGraph, feedsOf } from "./build-graph.js";
import { openGraph } from "./run-graph.js";

/** Options of {@link checkGradient}. */
export interface GradientCheck {
  readonly seed?: number;
  /** The inputs to differentiate for; all that are float32 when left out. */
  readonly wanted?: readonly number[];
  /** Half the distance of the two points of the difference. */
  readonly epsilon?: number;
  /** Allowed difference, relative to the size of the terms that the inner product adds up. */
  readonly tolerance?: number;
}

/**
 * Compares a gradient with finite differences. For y = f(inputs) and random u and v it holds ⟨∂⟨u, y⟩/∂x, v⟩, from
 * `differentiate`, against ⟨u, f(x + εv) − f(x − εv)⟩ / 2ε, one input x at a time. The sums are in double precision,
 * f is computed in single. Keep the inputs at least ε away from kinks.
 * @throws Error with the seed and both numbers when they differ.
 */
export async function checkGradient(
  inputs: readonly Tensor[],
  build: (g: GraphBuilder, ...inputs: Value[]) => Value,
  options: GradientCheck = {},
): Promise<void> {
  const { seed = 1, wanted = floatInputs(inputs), epsilon = 1e-2, tolerance = 2e-3 } = options;
  const graph = gradientGraph(inputs, build, wanted, seed);
  const [y, ...gradients] = graph.outputs.map(({ name }) => name) as [string, ...string[]];
  const open = await openGraph(graph);
  try {
    const analytic = await open.run(feedsOf(inputs));
    const u = direction(analytic[y]!.shape, seed, "u");
    for (const [k, i] of wanted.entries()) {
      const x = inputs[i] as Tensor<"float32">;
      const v = direction(x.shape, seed, `v${i}`);
      const moved = (by: number) =>
        float32(
          x.shape,
          x.data.map((value, j) => value + by * v[j]!),
        );
      const [ahead, behind] = [moved(epsilon), moved(-epsilon)];
      const step = x.data.map((_, j) => (ahead.data[j]! - behind.data[j]!) / (2 * epsilon)); // v as float32 has it
      const after = (await open.run(feedsOf(inputs.with(i, ahead))))[y]!;
      const before = (await open.run(feedsOf(inputs.with(i, behind))))[y]!;

      const numeric = dot(u, difference(after, before)).sum / (2 * epsilon);
      const { sum, size } = dot(analytic[gradients[k]!]!.data as Float32Array, step);
      const allowed = tolerance * Math.max(size, Math.abs(sum), 1e-3);
      if (!(Math.abs(sum - numeric) <= allowed)) {
        throw new Error(
          `gradient of input ${i} ${formatShape(x.shape)}: got ${sum}; finite differences give ${numeric} ± ${allowed} (seed ${seed})`,
        );
      }
    }
  } finally {
    await open.release();
  }
}

/** y and the gradient of ⟨u, y⟩ for every wanted input. */
function gradientGraph(
  inputs: readonly Tensor[],
  build: (g: GraphBuilder, ...inputs: Value[]) => Value,
  wanted: readonly number[],
  seed: number,
) {
  return buildGraph(inputs, (g, ...values) => {
    const y = build(g, ...values);
    const shape = y.shape as readonly number[];
    const u = g.constant(float32(shape, direction(shape, seed, "u")));
    const loss = g.call("ReduceSum", [g.call("Mul", [y, u])], { keepdims: 0 });
    const found = differentiate(
      g,
      loss,
      wanted.map((i) => values[i]!),
    );
    const gradients = found.map((gradient, k) => {
      if (gradient === undefined) throw new Error(`input ${wanted[k]} has no gradient; expected one`);
      return g.call("Identity", [gradient], {}, `gradient${wanted[k]}`); // one value may be the gradient of two inputs
    });
    return [g.call("Identity", [y], {}, "y"), ...gradients];
  });
}

function floatInputs(inputs: readonly Tensor[]): number[] {
  return inputs.flatMap(({ dtype }, i) => (dtype === "float32" ? [i] : []));
}

/** Entries of either sign with sizes from ½ to 1: none is lost, and none moves an input by more than ε. */
function direction(shape: readonly number[], seed: number, name: string): Float32Array {
  const random = new Random(seed, "direction", name);
  const count = shape.reduce((product, dim) => product * dim, 1);
  return Float32Array.from({ length: count }, () => (random.below(2) === 0 ? 1 : -1) * (0.5 + random.float() / 2));
}

function difference(a: Tensor, b: Tensor): Float64Array {
  const [p, q] = [a.data as Float32Array, b.data as Float32Array];
  return Float64Array.from(p, (value, i) => value - q[i]!);
}

/** The inner product, and the root of the sum of its squared terms: how large it would be without cancellation. */
function dot(a: ArrayLike<number>, b: ArrayLike<number>): { sum: number; size: number } {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    sum += a[i]! * b[i]!;
    squares += (a[i]! * b[i]!) ** 2;
  }
  return { sum, size: Math.sqrt(squares) };
}
