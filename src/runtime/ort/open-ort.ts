import { halfTypes, toFloat16, widened } from "../../graph/half-precision.js";
import { elements, isTensor, type Tensor, zeros } from "../../graph/tensor.js";
import type { OpenOptions, Session, Tensors } from "../runtime.js";
import { Misfit, misfitting } from "./misfit.js";
import type { OrtModule, OrtSession, OrtSessionOptions, OrtTensor } from "./ort-module.js";

/** How an ONNX Runtime is used. */
export interface OrtUse {
  readonly ort: OrtModule;
  readonly options: OrtSessionOptions;
  /**
   * Where the values that renew resident ones lie. `new`: in memory that the run makes. `exchanged`: in memory that it
   * is given; resident values then need memory of their own, and the next ones a second piece, with which they trade
   * places. `gpu`: in buffers of the GPU, which they do not leave before they are read.
   */
  readonly state: "new" | "exchanged" | "gpu";
}

/**
 * Opens the bytes of an `.onnx` file in an ONNX Runtime. Its runs must not overlap. `takeOver` counts for nothing:
 * resident values are used as they are.
 * @throws Misfit for what does not fit, here and later; what the engine throws otherwise.
 */
export async function openOrt(
  { ort, options, state }: OrtUse,
  onnx: Uint8Array,
  { resident: first = new Map(), next = new Map(), outputs: wanted }: OpenOptions,
): Promise<Session> {
  for (const input of next.keys()) {
    if (!first.has(input)) throw new Misfit(`got a next value for ${input}; expected a first value of it too`);
  }
  const writes = state === "exchanged";
  const onGpu = Object.fromEntries([...next.values()].map((output) => [output, "gpu-buffer"]));
  const placed = state === "gpu" && next.size > 0 ? { ...options, preferredOutputLocation: onGpu } : options;
  const toOrt = ({ dtype, shape, data }: Tensor) => new ort.Tensor(dtype, data, shape);
  const session = await ort.InferenceSession.create(onnx, placed).catch((error: unknown) => {
    const { message } = asError(error);
    if (!/protobuf parsing failed/i.test(message)) throw error;
    throw new Misfit(`got ${onnx.length} bytes that are no ONNX model (${message}); expected a whole one`);
  });
  const renewed = new Set(next.values());
  const results = wanted ?? session.outputNames.filter((name) => !renewed.has(name));
  const halves = new Set((session.inputMetadata ?? []).flatMap(({ name, type }) => (type === "float16" ? [name] : [])));
  const toFeed = (name: string, tensor: Tensor) =>
    halves.has(name) && tensor.dtype === "float32"
      ? new ort.Tensor("float16", toFloat16(tensor.data as Float32Array), tensor.shape)
      : toOrt(tensor);
  const resident = new Map([...(writes ? apart(first) : first)].map(([name, tensor]) => [name, toOrt(tensor)]));
  /** Memory for the next values, by output. */
  const spare = new Map(
    [...next].map(([input, output]) => {
      const { dtype, shape } = first.get(input)!;
      return [output, writes ? toOrt(zeros(dtype, shape)) : null];
    }),
  );
  let opened: OrtSession | undefined = session;

  const open = (): OrtSession => {
    if (opened === undefined) throw new Misfit("got a session that was released; expected an open one");
    return opened;
  };
  const residentOf = (name: string): OrtTensor => {
    const tensor = resident.get(name);
    if (tensor === undefined) throw new Misfit(`got resident value ${name}; expected one of ${[...resident.keys()]}`);
    return tensor;
  };
  const run = async (feeds: Tensors): Promise<Tensors> => {
    const running = open();
    const inputs = Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name, toFeed(name, tensor)]));
    const fetches = { ...Object.fromEntries(results.map((name) => [name, null])), ...Object.fromEntries(spare) };
    const outputs = await running
      .run({ ...inputs, ...Object.fromEntries(resident) }, fetches)
      .catch((error: unknown) => {
        throw misfitting(running.inputMetadata ?? [], resident, feeds) ?? error;
      });
    for (const [input, output] of next) {
      const fresh = spare.get(output) ?? outputs[output]!;
      if (writes) spare.set(output, resident.get(input)!);
      else resident.get(input)!.dispose?.();
      resident.set(input, fresh);
    }
    return Object.fromEntries(results.map((name) => [name, fromOrt(name, outputs[name]!, outputs[name]!.data)]));
  };

  return {
    run,
    async time(feeds, repeats) {
      const milliseconds: number[] = [];
      for (let i = 0; i < repeats; i++) {
        const started = performance.now();
        await run(feeds);
        milliseconds.push(performance.now() - started);
      }
      return milliseconds;
    },
    async read(names) {
      open();
      const values = new Map<string, Tensor>();
      for (const name of names ?? resident.keys()) {
        const tensor = residentOf(name);
        values.set(name, fromOrt(name, tensor, (await tensor.getData?.()) ?? tensor.data));
      }
      return values;
    },
    async write(values) {
      open();
      for (const [name, { dtype, shape, data }] of values) {
        const { type, size, dims } = residentOf(name);
        if (dtype !== type || elements(shape) !== size) {
          throw new Misfit(`got ${dtype} [${shape}] for ${name}; expected ${type} [${dims}]`);
        }
        residentOf(name).dispose?.();
        resident.set(name, new ort.Tensor(dtype, data, dims));
      }
    },
    async release() {
      await open().release();
      for (const tensor of resident.values()) tensor.dispose?.();
      opened = undefined;
    },
  };
}

/** What was thrown as an error: WebAssembly throws numbers too. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
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
      return [name, shared ? { ...tensor, data: tensor.data.slice() } : tensor];
    }),
  );
}

function fromOrt(name: string, { type, dims }: OrtTensor, data: unknown): Tensor {
  if (type === "float16") {
    // Where JavaScript has such numbers they come as themselves, elsewhere as bits.
    const bits = data instanceof Uint16Array;
    const wide = bits ? widened(halfTypes.float16, data) : Float32Array.from(data as ArrayLike<number>);
    return { dtype: "float32", shape: [...dims], data: wide };
  }
  const tensor = { dtype: type, shape: [...dims], data };
  if (isTensor(tensor)) return tensor;
  throw new Misfit(`got ${name} of type ${type}, which senet does not know; expected float32, int64 or their like`);
}
