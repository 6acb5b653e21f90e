// Checks the gradients of the model of an operator test, as it is in training, against finite differences.
import { GraphBuilder } from "../../dist/graph/builder.js";
import { elements, float32 } from "../../dist/graph/tensor.js";
import { opOf } from "../../dist/ops/index.js";
import { Random } from "../../dist/random.js";
import { differentiate } from "../../dist/step/differentiate.js";
import { trainMode } from "../../dist/step/train-mode.js";
import { runWritten } from "./run.mjs";

/**
 * `gradient` is "right" where ∂⟨u, y⟩/∂x · v agrees with a finite difference for the first output y and each input x,
 * "wrong" with a reason where it does not. Nothing where there is no gradient, or no derivative at these inputs.
 */
export async function checkGradients(model, feeds) {
  const { graph, weights } = model;
  const at = { ...feeds, ...Object.fromEntries(weights) };
  const smooth = graph.nodes.every(({ op, domain }) => typeof opOf(op, domain).gradient === "function");
  const full = Object.values(at).every(({ data }) => data.length > 0);
  if (!smooth || !full || graph.nodes.length === 0 || graph.outputs[0].dtype !== "float32") return {};
  try {
    const made = gradientGraph(model);
    if (made.names.length === 0) return {};
    const run = (changed) => {
      const given = { ...at, ...changed };
      const held = new Map(Array.from(weights.keys(), (name) => [name, given[name]]));
      return runWritten({ graph: made.graph, weights: held }, given);
    };
    const [y, ...gradients] = await run({});
    let checked = false;
    for (const [i, name] of made.names.entries()) {
      const found = await compared(at[name], gradients[i].data, name, y, run);
      if (typeof found === "string") return { gradient: "wrong", reason: `gradient for ${name}: ${found}` };
      checked ||= found;
    }
    return checked ? { gradient: "right" } : {};
  } catch (error) {
    return { gradient: "wrong", reason: `gradient: ${error.message}` };
  }
}

/** The first output y, and the gradient of ⟨u, y⟩ for each float32 input and parameter. */
function gradientGraph({ graph }) {
  const g = new GraphBuilder("gradient");
  const { values } = trainMode(g, graph, 1);
  const y = values.get(graph.outputs[0].name);
  const u = g.constant(float32(y.shape, directionOf(elements(y.shape), "u")));
  const loss = g.call("ReduceSum", [g.call("Mul", [y, u])], { keepdims: 0 });
  const wanted = [...graph.inputs.map(({ name }) => name), ...graph.parameters.keys()]
    .map((name) => ({ name, value: values.get(name) }))
    .filter(({ value }) => value.dtype === "float32");
  const found = differentiate(
    g,
    loss,
    wanted.map(({ value }) => value),
  );
  const reached = wanted.flatMap(({ name }, i) => (found[i] === undefined ? [] : [{ name, gradient: found[i] }]));
  g.output(g.call("Identity", [y], {}, "answer"));
  for (const [i, { gradient }] of reached.entries()) g.output(g.call("Identity", [gradient], {}, `gradient${i}`));
  return { graph: g.build(), names: reached.map(({ name }) => name) };
}

/** Entries of either sign with sizes from ½ to 1, so that none is lost. */
function directionOf(count, name) {
  const random = new Random(1, name);
  return Float32Array.from({ length: count }, () => (random.below(2) === 0 ? 1 : -1) * (0.5 + random.float() / 2));
}

/** Steps from coarse to fine: curvature and kinks spoil the coarsest, rounding the finest. */
const steps = [1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 3e-4];

/** True where a step agrees, false where the inputs lie on a kink or a jump, and else what was found. */
async function compared({ shape, data }, gradient, name, y, run) {
  const [u, v] = [directionOf(y.data.length, "u"), directionOf(data.length, `v ${name}`)];
  const terms = Array.from(gradient, (value, i) => value * v[i]);
  const analytic = terms.reduce((sum, term) => sum + term, 0);
  const near = (a, b, size) => Math.abs(a - b) <= 2e-2 * Math.max(size, Math.abs(b), 1e-2);
  const found = [];
  let bent = true;
  for (const step of steps) {
    const slopes = [];
    for (const by of [step, -step]) {
      const x = data.map((value, i) => value + by * v[i]);
      const [moved] = await run({ [name]: float32(shape, x) });
      slopes.push(moved.data.reduce((sum, value, i) => sum + u[i] * (value - y.data[i]), 0) / by);
    }
    const numeric = (slopes[0] + slopes[1]) / 2;
    if (near(numeric, analytic, Math.hypot(...terms))) return true;
    if (near(slopes[0], slopes[1], Math.abs(numeric))) bent = false;
    found.push(numeric);
  }
  const jumps = Math.abs(found.at(-1)) > 20 * Math.abs(found[0]);
  const numbers = found.map((numeric) => numeric.toPrecision(4));
  return bent || jumps ? false : `got ${analytic.toPrecision(4)}; finite differences give ${numbers.join(", ")}`;
}
