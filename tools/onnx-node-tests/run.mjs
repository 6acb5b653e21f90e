// Runs the model of an operator test: as senet writes it, and as it is.
import * as ort from "onnxruntime-node";
import { widened } from "../../dist/graph/half-precision.js";
import { writeOnnx } from "../../dist/graph/onnx/write-onnx.js";
import { lower } from "../../dist/lower/lower.js";

async function run(onnx, feed) {
  const session = await ort.InferenceSession.create(onnx, { intraOpNumThreads: 1, logSeverityLevel: 4 });
  try {
    const results = await session.run(Object.fromEntries(session.inputNames.map((name) => [name, feed(name)])));
    return session.outputNames.map((name) => results[name]);
  } finally {
    await session.release();
  }
}

/** The outputs of a model of ours. @throws Error where one is of another form than its shape rule says. */
export async function runWritten({ graph, weights }, feeds, options) {
  const results = await run(writeOnnx(lower(graph), weights, options), (name) => {
    const { dtype, data, shape } = feeds[name];
    return new ort.Tensor(dtype, data, shape);
  });
  return results.map(({ type, dims, data }, i) => {
    const { dtype, shape } = graph.outputs[i];
    const fits = shape.length === dims.length && shape.every((dim, k) => typeof dim === "string" || dim === dims[k]);
    if (type !== dtype || !fits) throw new Error(`output ${i} is ${type} [${dims}]; its rule says ${dtype} [${shape}]`);
    return { dtype: type, shape: dims, data };
  });
}

const float16 = 10;

/** The outputs of the file as it is, with 16-bit floating point widened. */
export async function runOnEngine(onnx, inputs, outputs) {
  const results = await run(onnx, (wanted) => {
    const { proto, tensor } = inputs.find(({ name }) => name === wanted);
    if (proto.dataType !== float16) return new ort.Tensor(tensor.dtype, tensor.data, tensor.shape);
    const bits = proto.rawData.length > 0 ? new Uint16Array(proto.rawData.slice().buffer) : proto.int32Data;
    return new ort.Tensor("float16", Uint16Array.from(bits), tensor.shape);
  });
  return results.map(({ type, dims, data }, i) => {
    if (outputs[i].proto.dataType !== float16) return { dtype: type, shape: dims, data };
    const bits = new Uint16Array(data.buffer, data.byteOffset, data.length);
    return { dtype: "float32", shape: dims, data: widened(float16, bits) };
  });
}
