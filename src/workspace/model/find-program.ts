import { extentOf } from "../../data/image-size.js";
import { type Program, programOf, programOfModel } from "../../evaluate/ask.js";
import type { Graph, Weights } from "../../graph/graph.js";
import type { ReadAnswerOptions } from "../../read/answer-form.js";
import type { InputForm } from "../../read/input-form.js";
import { type FindOptions, findModel, refuseNetworkOptions } from "./find-model.js";
import { openModelBytes } from "./model-bytes.js";
import type { ModelQuery } from "./model-query.js";
import { modelFileOf, modelSource } from "./model-source.js";

/** What a program is wanted for. */
export interface FindProgramOptions extends FindOptions, ReadAnswerOptions {}

/** A model to be asked. */
export interface FoundProgram {
  readonly program: Program;
  /** Its name in the zoo, where that is known. */
  readonly name?: string | undefined;
  /** What its file says beside the graph. */
  readonly graph: Pick<Graph, "name" | "metadata">;
  /** False for a network by name alone. */
  readonly weights: Weights | true | undefined;
  /** Where the weights come from. */
  readonly origin: string;
}

/**
 * Finds the model that a query names, to be asked: a file is what the engine makes of its bytes, whatever its
 * operators; everything else, a file for images of another size among it, is written by us.
 * @throws UserError when there is no such model, or it takes no images or names no classes.
 */
export async function findProgram(query: ModelQuery, options: FindProgramOptions = {}): Promise<FoundProgram> {
  const { model, weights, network } = query;
  if (weights === undefined && modelSource(model) === "file") {
    refuseNetworkOptions(network, "file");
    const asItIs = fromFile(modelFileOf(model), model, options);
    if (!isResized(asItIs.program.input, options) && !hasOtherChannels(asItIs.program.input, options)) return asItIs;
  }
  const found = await findModel(query, options);
  const { initialise } = await import("../../graph/initialise.js");
  const program = programOfModel({ graph: found.graph, weights: found.weights ?? initialise(found.graph, 1) }, options);
  return { ...found, program: { ...program, name: model } };
}

/** Whether images are asked for that a file of one size does not take as it is. */
function isResized({ layout, height, width }: InputForm, { size, image }: FindOptions): boolean {
  const asked = image === undefined ? extentOf(size ?? 0) : { height: image[1], width: image[2] };
  if (layout !== "NCHW" || (size === undefined && image === undefined)) return false;
  return (height !== undefined && height !== asked.height) || (width !== undefined && width !== asked.width);
}

function hasOtherChannels({ channels: own }: InputForm, { image, channels = image?.[0] }: FindOptions): boolean {
  return channels !== undefined && channels !== own;
}

function fromFile(path: string, model: string, options: ReadAnswerOptions): FoundProgram {
  const { onnx, outline, folder } = openModelBytes(path);
  const { name, metadata } = outline;
  const program = { ...programOf(onnx, model, options, outline), folder };
  return { program, graph: { name, metadata }, weights: true, origin: path };
}
