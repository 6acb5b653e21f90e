// What becomes of one operator test.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema, TensorProtoSchema } from "onnx-buf";
import { Message } from "../../dist/graph/onnx/protobuf.js";
import { readOnnx } from "../../dist/graph/onnx/read-onnx.js";
import { readTensor } from "../../dist/graph/onnx/tensor.js";
import { checkGradients } from "./gradient.mjs";
import { runOnEngine, runWritten } from "./run.mjs";

/**
 * `passed` where the outputs are those of the test, `gradient` "right" or "wrong" where there is one to check, and
 * `reason` where something is not as it should be.
 */
export async function outcomeOf(model, set) {
  const { input, output } = model.graph;
  const strange = [...input, ...output].find(({ type }) => type?.value.case !== "tensorType");
  if (strange !== undefined) return { reason: `${strange.name} is no tensor but a ${strange.type?.value.case}` };
  let [inputs, outputs] = [[], []];
  try {
    inputs = input.map(({ name }, i) => ({ name, ...tensorIn(set, `input_${i}`) }));
    outputs = output.map(({ name }, i) => ({ name, ...tensorIn(set, `output_${i}`) }));
  } catch (error) {
    return { reason: error.message.replace(/; expected.*/, "") };
  }
  let best = {};
  for (const fixes of fixings) {
    const one = await asWritten(withFixed(model, inputs, fixes), inputs, outputs);
    if (!best.passed || one.passed) best = one;
    if (best.passed && best.gradient !== "wrong") break;
  }
  return best;
}

/** A tensor as the package keeps it. @throws TypeError where it is of a type that we do not hold. */
function tensorIn(set, name) {
  const bytes = readFileSync(join(set, `${name}.pb`));
  return { proto: fromBinary(TensorProtoSchema, bytes), tensor: readTensor(new Message(bytes), undefined) };
}

/** What of the inputs a file says itself: nothing, its sizes and choices, all but the first, all. */
const fixings = [
  () => false,
  ({ dtype, shape }) => dtype !== "float32" || shape.length === 0,
  (_, i) => i > 0,
  () => true,
];

/** The bytes of the model with the inputs that `fixes` takes stored in it. */
function withFixed({ graph, ...model }, inputs, fixes) {
  const fixed = inputs.filter(({ tensor }, i) => fixes(tensor, i));
  const names = new Set(fixed.map(({ name }) => name));
  const input = graph.input.filter(({ name }) => !names.has(name));
  const stored = fixed.map(({ name, proto }) => create(TensorProtoSchema, { ...proto, name }));
  const changed = { ...graph, input, initializer: [...graph.initializer, ...stored] };
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, { ...model, graph: changed }));
}

async function asWritten(bytes, inputs, outputs) {
  let model;
  try {
    model = readOnnx(bytes);
  } catch (error) {
    return { reason: error.message.replace(/^cannot read this ONNX graph: /, "") };
  }
  const feeds = Object.fromEntries(inputs.map(({ name, tensor }) => [name, tensor]));
  const wrong = await failureOf(() => runWritten(model, feeds), outputs);
  if (wrong !== undefined) {
    const engine = await failureOf(() => runOnEngine(bytes, inputs, outputs), outputs);
    return { reason: engine === undefined ? wrong : `the same with onnxruntime alone: ${engine}` };
  }
  for (const opset of [13, 15, 17, 18, 19, 21]) {
    const refused = await failureOf(() => runWritten(model, feeds, { opset }), outputs);
    if (refused !== undefined && !/^got opset/.test(refused))
      return { reason: `written in opset ${opset}: ${refused}` };
  }
  return { passed: true, ...(await checkGradients(model, feeds)) };
}

/** Why what comes is not what is expected, by the tolerances of the package's own runner; undefined where it is. */
async function failureOf(run, expected) {
  const actual = await run().catch((error) => error);
  if (actual instanceof Error) return actual.message;
  const half = expected.some(({ proto }) => [10, 16].includes(proto.dataType));
  const [most, least] = half ? [1e-2, 1e-3] : [1e-3, 1e-7];
  for (const [i, { tensor }] of expected.entries()) {
    const { dtype, shape, data } = actual[i];
    if (dtype !== tensor.dtype || shape.join() !== tensor.shape.join()) {
      return `output ${i} is ${dtype} [${shape}], not ${tensor.dtype} [${tensor.shape}]`;
    }
    for (const [k, wanted] of tensor.data.entries()) {
      const [a, b] = [Number(data[k]), Number(wanted)];
      const near = Object.is(a, b) || a === b || Math.abs(a - b) <= least + most * Math.abs(b);
      if (!near) return `output ${i} has ${a} in the place of ${b}`;
    }
  }
  return undefined;
}
