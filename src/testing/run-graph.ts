import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { formatShape } from "../graph/dims/shape.js";
import type { Graph, Value } from "../graph/graph.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import type { Tensor } from "../graph/tensor.js";
import { lower } from "../lower/lower.js";

/** Tensors by the name of a graph's input, parameter or output. */
export type NamedTensors = Readonly<Record<string, Tensor>>;

/** A graph that ONNX Runtime holds ready, for tests. */
export interface OpenGraph {
  /**
   * Runs the graph; inputs and parameters are fed alike.
   * @throws Error when a result is not of its declared type and shape.
   */
  run(feeds: NamedTensors): Promise<Record<string, Tensor>>;
  release(): Promise<void>;
}

/**
 * Lowers and writes a graph and opens it in ONNX Runtime with one thread, so that sums come out the same every time.
 */
export async function openGraph(graph: Graph): Promise<OpenGraph> {
  const session = await openOnnx(writeOnnx(lower(graph)));
  const release = () => session.release();
  const run = async (feeds: NamedTensors) => {
    const results = await runOnnx(session, feeds);
    for (const output of graph.outputs) assertDeclared(output, results[output.name]!);
    return results;
  };
  return { run, release };
}

/** Runs a graph once; see {@link openGraph}. */
export async function runGraph(graph: Graph, feeds: NamedTensors): Promise<Record<string, Tensor>> {
  const open = await openGraph(graph);
  try {
    return await open.run(feeds);
  } finally {
    await open.release();
  }
}

/** Runs the bytes of an `.onnx` file once. */
export async function runFile(onnx: Uint8Array, feeds: NamedTensors): Promise<Record<string, Tensor>> {
  const session = await openOnnx(onnx);
  try {
    return await runOnnx(session, feeds);
  } finally {
    await session.release();
  }
}

function openOnnx(onnx: Uint8Array): Promise<InferenceSession> {
  return InferenceSession.create(onnx, { intraOpNumThreads: 1, logSeverityLevel: 3 });
}

async function runOnnx(session: InferenceSession, feeds: NamedTensors): Promise<Record<string, Tensor>> {
  const inputs = session.inputNames.map((name): [string, OrtTensor] => {
    const tensor = feeds[name];
    if (tensor === undefined) throw new Error(`runGraph: got no tensor for input ${name}; expected one`);
    return [name, new OrtTensor(tensor.dtype, tensor.data, tensor.shape)];
  });
  const outputs = await session.run(Object.fromEntries(inputs));
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { type, dims, data }]) => [name, { dtype: type, shape: dims, data } as Tensor]),
  );
}

function assertDeclared({ name, dtype, shape }: Value, actual: Tensor): void {
  const fits =
    shape.length === actual.shape.length && shape.every((dim, i) => typeof dim === "string" || dim === actual.shape[i]);
  if (dtype !== actual.dtype || !fits) {
    throw new Error(
      `ONNX Runtime returned ${name} as ${actual.dtype} ${formatShape(actual.shape)}; the graph declares ${dtype} ${formatShape(shape)}`,
    );
  }
}
