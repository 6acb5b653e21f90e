import { parentPort, workerData } from "node:worker_threads";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import type { Tensor } from "../../graph/tensor.js";
import { elements, zeros } from "../../graph/tensor.js";
import type { Tensors } from "../runtime.js";
import { Misfit, misfitting } from "./misfit.js";
import type { Answers, Call, Request } from "./protocol.js";
import { sessionOptions } from "./session-options.js";

// `InferenceSession.run` blocks its thread for the whole run, so it has one of its own: this file is that thread.

interface Opened {
  readonly session: InferenceSession;
  /** Resident values, fed to every run. */
  readonly resident: Map<string, OrtTensor>;
  /** Buffers for the next values, by output; they and the resident ones trade places after every run. */
  readonly spare: Map<string, OrtTensor>;
  readonly next: ReadonlyMap<string, string>;
  /** The outputs to return. */
  readonly results: readonly string[];
}

const { threads, spin } = workerData as { threads: number; spin: boolean };
const sessions = new Map<number, Opened>();

async function open({ session: id, onnx, resident, next }: Extract<Request, { kind: "open" }>): Promise<undefined> {
  for (const input of next.keys()) {
    if (!resident.has(input)) throw new Misfit(`got a next value for ${input}; expected a first value of it too`);
  }
  const session = await InferenceSession.create(onnx, sessionOptions({ threads, spin, renews: next.size > 0 })).catch(
    (error: Error) => {
      if (!/protobuf parsing failed/i.test(error.message)) throw error;
      throw new Misfit(`got ${onnx.length} bytes that are no ONNX model (${error.message}); expected a whole one`);
    },
  );
  const renewed = new Set(next.values());
  sessions.set(id, {
    session,
    resident: new Map([...apart(resident)].map(([name, tensor]) => [name, toOrt(tensor)])),
    spare: new Map([...next].map(([input, output]) => [output, toOrt(blank(resident.get(input)!))])),
    next,
    results: session.outputNames.filter((name) => !renewed.has(name)),
  });
  return undefined;
}

async function run({ session, feeds }: Extract<Request, { kind: "run" }>): Promise<Tensors> {
  return runOnce(opened(session), feeds);
}

async function time({ session, feeds, repeats }: Extract<Request, { kind: "time" }>): Promise<number[]> {
  const milliseconds = [];
  for (let i = 0; i < repeats; i++) {
    const started = performance.now();
    await runOnce(opened(session), feeds);
    milliseconds.push(performance.now() - started);
  }
  return milliseconds;
}

async function runOnce({ session, resident, spare, next, results }: Opened, feeds: Tensors): Promise<Tensors> {
  const inputs = Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name, toOrt(tensor)]));
  const fetches = { ...Object.fromEntries(results.map((name) => [name, null])), ...Object.fromEntries(spare) };
  const outputs = await session.run({ ...inputs, ...Object.fromEntries(resident) }, fetches).catch((error: Error) => {
    throw misfitting(session.inputMetadata, resident, feeds) ?? error;
  });
  for (const [input, output] of next) {
    const fresh = spare.get(output)!;
    spare.set(output, resident.get(input)!);
    resident.set(input, fresh);
  }
  return Object.fromEntries(results.map((name) => [name, fromOrt(outputs[name]!)]));
}

function read({ session, names }: Extract<Request, { kind: "read" }>): Map<string, Tensor> {
  const { resident } = opened(session);
  return new Map((names ?? [...resident.keys()]).map((name) => [name, fromOrt(residentOf(resident, name))]));
}

function write({ session, values }: Extract<Request, { kind: "write" }>): undefined {
  const { resident } = opened(session);
  for (const [name, tensor] of values) {
    const target = residentOf(resident, name);
    if (tensor.dtype !== target.type || elements(tensor.shape) !== target.size) {
      throw new Misfit(`got ${tensor.dtype} [${tensor.shape}] for ${name}; expected ${target.type} [${target.dims}]`);
    }
    (target.data as Float32Array).set(tensor.data as Float32Array);
  }
  return undefined;
}

async function release({ session: id }: Extract<Request, { kind: "release" }>): Promise<undefined> {
  await opened(id).session.release();
  sessions.delete(id);
  return undefined;
}

function opened(id: number): Opened {
  const found = sessions.get(id);
  if (found === undefined) throw new Misfit("got a session that was released; expected an open one");
  return found;
}

function residentOf(resident: ReadonlyMap<string, OrtTensor>, name: string): OrtTensor {
  const tensor = resident.get(name);
  if (tensor === undefined) throw new Misfit(`got resident value ${name}; expected one of ${[...resident.keys()]}`);
  return tensor;
}

/**
 * The values with memory of their own each: a run writes into it, and two that came as one would overwrite each other.
 */
function apart(values: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  const seen = new Set<ArrayBufferLike>();
  return new Map(
    [...values].map(([name, tensor]) => {
      const shared = seen.has(tensor.data.buffer);
      seen.add(tensor.data.buffer);
      return [name, shared ? ({ ...tensor, data: tensor.data.slice() } as Tensor) : tensor];
    }),
  );
}

function blank({ dtype, shape }: Tensor): Tensor {
  return zeros(dtype, shape);
}

function toOrt({ dtype, shape, data }: Tensor): OrtTensor {
  return new OrtTensor(dtype, data as Float32Array, shape);
}

function fromOrt({ type, dims, data }: OrtTensor): Tensor {
  return { dtype: type, shape: [...dims], data } as Tensor;
}

/** Requests are worked off one after the other, so that a run sees the state the one before it left. */
const handlers: { [K in Request["kind"]]: (request: never) => Answers[K] | Promise<Answers[K]> } = {
  open,
  run,
  time,
  read,
  write,
  release,
};
let queue: Promise<void> = Promise.resolve();
parentPort!.on("message", ({ id, request }: Call) => {
  queue = queue.then(async () => {
    try {
      parentPort!.postMessage({ id, answer: await handlers[request.kind](request as never) });
    } catch (error) {
      const callers = error instanceof Misfit;
      parentPort!.postMessage({ id, error: error instanceof Error ? error : new Error(String(error)), callers });
    }
  });
});
