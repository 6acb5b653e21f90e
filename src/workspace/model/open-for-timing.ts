import { UserError } from "../../errors.js";
import type { TimedModel } from "../../evaluate/latency.js";
import type { Graph } from "../../graph/graph.js";
import { type ModelView, viewOf } from "../../graph/model-view.js";
import type { InputSize } from "../../models/model.js";
import { type InputForm, readInput } from "../../read/input-form.js";
import { checkInference } from "./check-memory.js";
import type { Opening } from "./model-query.js";
import { modelFileOf, modelSource } from "./model-source.js";

/** A model that can be timed, and what it takes for one image. */
export interface CountedModel extends TimedModel {
  readonly name: string;
  /** Undefined, as `macs` is, where the file holds operators that only the engine knows. */
  readonly params: number | undefined;
  readonly macs: number | undefined;
}

/** What a model is timed with. */
export interface OpenForTimingOptions extends Opening {
  /** Images of a run. */
  readonly batch: number;
  /** [C, H, W]; the model's own by default. */
  readonly image?: InputSize | undefined;
}

/**
 * Opens a model to time it: a file as it is, others with their weights or the first ones of seed 1.
 * @throws UserError when it cannot be had, takes something else than images, or not these.
 */
export async function openForTiming(name: string, options: OpenForTimingOptions): Promise<CountedModel> {
  const { bindDims } = await import("../../clean/replay.js");
  const { profile } = await import("../../account/profile.js");
  const { onnx, folder, view, graph } = await open(name, options);
  const { batch } = options;
  const input = readInput(view, name);
  if (input.batch !== undefined && input.batch !== batch) {
    throw new UserError(`${name}: got batch ${batch}; expected ${input.batch}, the only batch size the file takes`, {
      option: "batch",
    });
  }
  const image = imageOf(name, input, options.image);
  const timed = { name, onnx, folder, input, image };
  if (graph === undefined) return { ...timed, params: undefined, macs: undefined };
  const sizes = graph.inputs[0]!.shape.slice(1);
  const own = input.layout === "NCHW" ? image : [image[1]!, image[2]!, image[0]!];
  const names = Object.fromEntries(sizes.flatMap((dim, i) => (typeof dim === "string" ? [[dim, own[i]!]] : [])));
  const sized = Object.keys(names).length === 0 ? graph : bindDims(graph, names);
  await checkInference(sized, input.batch === undefined ? batch : 1); // a file for one batch has it in its shapes
  const { params, macs } = profile(sized);
  return { ...timed, params, macs: input.batch === undefined ? macs : macs / input.batch };
}

/**
 * The images [C, H, W] of a model whose sizes may be open.
 * @throws UserError when those asked for are others, or none are known.
 */
function imageOf(name: string, { channels, height, width }: InputForm, given: InputSize | undefined): number[] {
  const own = [channels, height, width];
  const said = own.map((size, i) => size ?? "CHW"[i]!).join("x");
  const asked = given ?? own;
  if (own.some((size, i) => size !== undefined && size !== asked[i])) {
    throw new UserError(`${name}: got images ${asked.join("x")}; expected ${said}, as the file says`, {
      option: "input",
    });
  }
  return asked.map((size) => {
    if (size !== undefined) return size;
    throw new UserError(`${name}: got images ${said} of any size; give one such as 3x224x224`, { option: "input" });
  });
}

interface Opened {
  readonly onnx: Uint8Array;
  readonly folder?: string | undefined;
  readonly view: ModelView;
  /** Undefined for a file that only the engine understands. */
  readonly graph: Graph | undefined;
}

async function open(name: string, { batch: _, ...options }: OpenForTimingOptions): Promise<Opened> {
  if (modelSource(name) === "file") return ofFile(modelFileOf(name), options.image);
  const { findModel } = await import("./find-model.js");
  const { initialise } = await import("../../graph/initialise.js");
  const { writeOnnx } = await import("../../graph/onnx/write-onnx.js");
  const { graph, weights } = await findModel({ model: name }, options);
  return { onnx: writeOnnx(graph, weights ?? initialise(graph, 1)), view: viewOf(graph), graph };
}

/** The file as it is, not as we would write it, unless it is for images of another size. */
async function ofFile(path: string, image: InputSize | undefined): Promise<Opened> {
  const { openModelBytes } = await import("./model-bytes.js");
  const { readModel } = await import("../../graph/node/read-model.js");
  const opened = openModelBytes(path);
  const { channels, height, width, layout } = readInput(opened.outline, path);
  const own = [channels, height, width];
  const other = image !== undefined && own.some((size, i) => size !== undefined && size !== image[i]);
  if (!other || layout !== "NCHW") {
    return { ...opened, view: opened.outline, graph: orUndefined(() => readModel(path).graph) };
  }
  const { graph, weights } = readModel(path, { image });
  const { writeOnnx } = await import("../../graph/onnx/write-onnx.js");
  return { onnx: writeOnnx(graph, weights), view: viewOf(graph), graph };
}

/** What cannot be read for its operators can still be run. */
function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
