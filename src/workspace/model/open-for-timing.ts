import { readFile } from "node:fs/promises";
import { optionError, UserError, withContext } from "../../errors.js";
import type { TimedModel } from "../../evaluate/latency.js";
import { formatShape } from "../../graph/dims/shape.js";
import type { Graph } from "../../graph/graph.js";
import type { InputSize } from "../../models/model.js";
import { checkInference } from "./check-memory.js";
import type { Opening } from "./model-query.js";
import { modelFileOf, modelSource } from "./model-source.js";

/** A model that can be timed, and what it takes for one image. */
export interface CountedModel extends TimedModel {
  readonly name: string;
  readonly params: number;
  readonly macs: number;
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
  const { onnx, graph } = await open(name, options);
  const { batch } = options;
  const [x, ...others] = graph.inputs;
  if (x === undefined || others.length > 0 || x.shape.length !== 4 || x.dtype !== "float32") {
    const takes = graph.inputs.map(({ name, dtype, shape }) => `${name} ${dtype} ${formatShape(shape)}`).join(", ");
    throw new UserError(`${name}: got a model that takes ${takes || "nothing"}; expected images float32 [N, C, H, W]`);
  }
  const [own, ...sizes] = x.shape;
  if (typeof own === "number" && own !== batch) {
    throw new UserError(`${name}: got batch ${batch}; expected ${own}, the only batch size the file takes`, {
      option: "batch",
    });
  }
  const image = imageOf(name, sizes, options.image);
  const names = Object.fromEntries(sizes.flatMap((dim, i) => (typeof dim === "string" ? [[dim, image[i]!]] : [])));
  const sized = Object.keys(names).length === 0 ? graph : bindDims(graph, names);
  await checkInference(sized, typeof own === "number" ? 1 : batch); // a file for one batch has it in its shapes
  const { params, macs } = profile(sized);
  return { name, onnx, input: x.name, image, params, macs: typeof own === "number" ? macs / own : macs };
}

/**
 * The images of a model whose sizes may be names.
 * @throws UserError when those asked for are others, or none are known.
 */
function imageOf(name: string, sizes: Graph["inputs"][number]["shape"], given: InputSize | undefined): number[] {
  const asked = given ?? sizes;
  if (sizes.some((dim, i) => typeof dim === "number" && dim !== asked[i])) {
    throw new UserError(`${name}: got images ${asked.join("x")}; expected ${sizes.join("x")}, as the file says`, {
      option: "input",
    });
  }
  return asked.map((size) => {
    if (typeof size === "number") return size;
    throw new UserError(`${name}: got images ${sizes.join("x")} of any size; give one such as 3x224x224`, {
      option: "input",
    });
  });
}

interface Opened {
  readonly onnx: Uint8Array;
  readonly graph: Graph;
}

async function open(name: string, { batch: _, ...options }: OpenForTimingOptions): Promise<Opened> {
  if (modelSource(name) === "file") return ofFile(modelFileOf(name), options.image);
  const { findModel } = await import("./find-model.js");
  const { initialise } = await import("../../graph/initialise.js");
  const { writeOnnx } = await import("../../graph/onnx/write-onnx.js");
  const { graph, weights } = await findModel({ model: name }, options);
  return { onnx: writeOnnx(graph, weights ?? initialise(graph, 1)), graph };
}

/** The file as it is, not as we would write it, unless it is for images of another size. */
async function ofFile(path: string, image: InputSize | undefined): Promise<Opened> {
  const { readOnnx } = await import("../../graph/onnx/read-onnx.js");
  const onnx = await readFile(path).catch((error: Error) => {
    throw optionError("model", `cannot read ${path} (${error.message}); give an .onnx file`);
  });
  const { readModel } = await import("../../graph/node/read-model.js");
  const { declaredSizes } = await import("../../graph/onnx/read-onnx.js");
  const sizes = declaredSizes(onnx);
  const other = image !== undefined && sizes.some((dim, i) => typeof dim === "number" && dim !== image[i]);
  if (!other) return withContext(path, () => ({ onnx, graph: readOnnx(onnx, { image }).graph }));
  const { graph, weights } = readModel(path, { image });
  const { writeOnnx } = await import("../../graph/onnx/write-onnx.js");
  return { onnx: writeOnnx(graph, weights), graph };
}
