import { UserError } from "../errors.js";
import type { Graph, Model } from "../graph/graph.js";
import { type ModelView, viewOf } from "../graph/model-view.js";
import { outlineOnnx } from "../graph/onnx/outline.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { floatsOf, type Tensor, toNumbers } from "../graph/tensor.js";
import { type AnswerForm, type ReadAnswerOptions, readAnswer } from "../read/answer-form.js";
import { type InputForm, readInput } from "../read/input-form.js";
import type { Runtime, Session, Tensors } from "../runtime/runtime.js";
import type { Activation } from "./logits.js";

/** A model that is asked as its file is: the engine runs its bytes, and nobody else has to know its operators. */
export interface Program {
  /** What errors call it. */
  readonly name: string;
  /** The bytes of an `.onnx` file. */
  readonly onnx: Uint8Array;
  /** Where tensors lie that are kept outside of the file. */
  readonly folder?: string | undefined;
  /** The graph that the bytes were written from; undefined for those of a file. */
  readonly graph?: Graph | undefined;
  /** How it takes images, and what its answer means. */
  readonly input: InputForm;
  readonly answer: AnswerForm;
  /** Other outputs that are wanted beside the answer; none by default. */
  readonly others?: readonly string[] | undefined;
}

/** The program that the bytes of an `.onnx` file are. @throws UserError when it does not take images or name classes. */
export function programOf(
  onnx: Uint8Array,
  name: string,
  options: ReadAnswerOptions = {},
  view: ModelView = outlineOnnx(onnx),
): Program {
  return { name, onnx, input: readInput(view, name), answer: readAnswer(view, name, options) };
}

/** The program that a graph with its weights is. */
export function programOfModel({ graph, weights }: Model, options: ReadAnswerOptions = {}): Program {
  const view = viewOf(graph, weights);
  const { name } = graph;
  const onnx = writeOnnx(graph, weights);
  return { name, onnx, graph, input: readInput(view, name), answer: readAnswer(view, name, options) };
}

/** Images [N, C, H, W] in a batch: what a network of ours takes. */
export interface Images {
  readonly data: Float32Array;
  /** [N, C, H, W]. */
  readonly shape: readonly [number, number, number, number];
}

/** An open program that is asked about images. */
export interface Asker {
  /** The logits of images [N, classes], of which a softmax makes the probabilities that the model gives. */
  logits(images: Images): Promise<Float32Array>;
  /** All that the model gives, under its own names, and the logits. */
  all(images: Images): Promise<{ readonly logits: Float32Array; readonly outputs: Tensors }>;
  readonly release: () => Promise<void>;
}

/** What makes the model's probabilities of the logits it is asked for. */
export function activationOf({ kind }: AnswerForm): Activation {
  return kind === "independent" ? "sigmoid" : "softmax";
}

/** Opens a program. @throws as `Runtime.open`. */
export async function openProgram(runtime: Runtime, program: Program): Promise<Asker> {
  const { onnx, folder, answer, others = [] } = program;
  return askerOn(await runtime.open(onnx, { folder, outputs: [answer.output, ...others] }), program);
}

/** An asker over a session that is open already; releasing it releases the session. */
export function askerOn(session: Session, { name, input, answer }: Omit<Program, "onnx">): Asker {
  const all = async (images: Images) => {
    const parts: Tensors[] = [];
    const [count] = images.shape;
    const size = input.batch ?? Math.max(1, count);
    for (let first = 0; first < count; first += size) {
      parts.push(await session.run({ [input.name]: feedOf(input, images, first, size) }));
    }
    const outputs = joined(parts, count);
    return { outputs, logits: logitsOf(outputs[answer.output], answer, count, name) };
  };
  return { all, logits: async (images) => (await all(images)).logits, release: () => session.release() };
}

/**
 * Images as a model takes them: in its layout and element type. Where it takes whole batches only, images that are
 * missing are zeros.
 * @param first the image that the batch begins with. @param size how many it is of.
 */
export function feedOf({ type, layout }: InputForm, { data, shape }: Images, first = 0, size = shape[0]): Tensor {
  const [count, channels, height, width] = shape;
  const pixels = height * width;
  const image = channels * pixels;
  const some = data.subarray(first * image, Math.min(count, first + size) * image);
  let floats = some;
  if (layout === "NHWC" || some.length < size * image) {
    floats = new Float32Array(size * image);
    if (layout === "NCHW") floats.set(some);
    else {
      for (let n = 0; n < some.length / image; n++) {
        for (let c = 0; c < channels; c++) {
          for (let p = 0; p < pixels; p++) floats[n * image + p * channels + c] = some[n * image + c * pixels + p]!;
        }
      }
    }
  }
  const axes = layout === "NHWC" ? [size, height, width, channels] : [size, channels, height, width];
  if (type === "uint8") {
    // Bytes that were normalised and put back are whole but for the last digits.
    return { dtype: "uint8", shape: axes, data: Uint8Array.from(Uint8ClampedArray.from(floats)) };
  }
  if (type === "float64") return { dtype: "float64", shape: axes, data: Float64Array.from(floats) };
  return { dtype: "float32", shape: axes, data: floats }; // the runtime narrows what is to be float16
}

/** The outputs of several batches one after the other, without those of images that were made up. */
function joined(parts: readonly Tensors[], count: number): Tensors {
  const [first] = parts;
  if (first === undefined) return {};
  const entries = Object.entries(first).map(([name, { dtype, shape, data }]) => {
    const batch = shape[0] ?? 1;
    if (shape.length === 0 || (parts.length === 1 && batch <= count)) return [name, first[name]!] as const;
    const all = parts.map((part) => part[name]!.data as Float32Array);
    const kept = (data.length / batch) * count;
    const whole = new (data.constructor as typeof Float32Array)(all.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of all) {
      whole.set(part, at);
      at += part.length;
    }
    return [name, { dtype, shape: [count, ...shape.slice(1)], data: whole.subarray(0, kept) } as Tensor] as const;
  });
  return Object.fromEntries(entries);
}

/** A probability below what an engine tells from 0 counts as this, and one that rounds to 1 falls short of it by half a step. */
const LEAST = 2 ** -126;
const HALF_STEP = 2 ** -25;

/** Logits [N, classes] of what a model gives. @throws UserError when it gives other than one answer for each image. */
function logitsOf(output: Tensor | undefined, { kind, classes, output: of }: AnswerForm, count: number, model: string) {
  const given = output?.dtype === "float32" ? floatsOf(output) : Float32Array.from(output ? toNumbers(output) : []);
  const single = kind === "logit" || kind === "probability";
  if (output === undefined || given.length !== count * (single ? 1 : classes)) {
    const shape = output ? `[${output.shape.join(", ")}]` : "nothing";
    const wanted = `expected ${single ? 1 : classes} numbers for each of ${count} images`;
    throw new UserError(`${model}: gives ${shape} as ${of}; ${wanted}`);
  }
  if (kind === "probabilities") return given.map((p) => Math.log(p < LEAST ? LEAST : p));
  if (kind === "independent") return given.map(logitOf);
  if (!single) return given;
  const pairs = new Float32Array(2 * count);
  given.forEach((value, n) => {
    pairs[2 * n + 1] = kind === "logit" ? value : logitOf(value);
  });
  return pairs;
}

/** log(p / (1 − p)). */
function logitOf(p: number): number {
  return Math.log(p < LEAST ? LEAST : p) - Math.log(1 - p < HALF_STEP ? HALF_STEP : 1 - p);
}
