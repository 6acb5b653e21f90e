import { type ImportOptions, importModel } from "../../clean/import-model.js";
import { type TrainingFormOptions, trainingForm } from "../../clean/training-form.js";
import { extentOf, type ImageSize } from "../../data/image-size.js";
import { UserError, withContext } from "../../errors.js";
import { ShapeError } from "../../graph/dims/shape.js";
import type { Model } from "../../graph/graph.js";
import type { ImageExtents } from "../../graph/onnx/inputs.js";
import type { OnNotice } from "../../notice.js";
import type { InputForm } from "../../read/input-form.js";
import { holdSettings } from "../../read/settings.js";
import { forChannels } from "./for-channels.js";
import { outlineFile } from "./model-bytes.js";

/** How a file is opened. */
export interface OpenModelFileOptions extends ImportOptions {
  /** Height and width of the images it will see, where nothing else is said of them. */
  readonly size?: ImageSize | undefined;
  /** Their channels, likewise. */
  readonly channels?: number | undefined;
  readonly onNotice?: OnNotice | undefined;
}

/**
 * The model of an `.onnx` file, ready to be run, differentiated and trained. For images of another number of channels
 * its first kernels follow.
 * @param options `image` are the images it will see.
 * @throws UserError when the file cannot be read, or takes other images than it will see.
 */
export async function openModelFile(
  path: string,
  { size, channels, ...options }: OpenModelFileOptions = {},
): Promise<Model> {
  const { readModel } = await import("../../graph/node/read-model.js");
  const model = readModel(path, { image: options.image ?? imageOfSize(size) });
  return withContext(path, () => imported(model, options, channels));
}

/** @throws UserError where the graph's shapes do not allow what makes it ready. */
function imported(
  model: Model,
  { image, batch, onNotice }: OpenModelFileOptions,
  channels: number | undefined = image?.[0],
): Model {
  const own = model.graph.inputs[0]?.shape[1];
  try {
    const made = importModel(model, { batch, image: typeof own === "number" ? image?.with(0, own) : image });
    return forChannels(made, channels, onNotice);
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    throw new UserError(`cannot be made ready to run and train (${error.message}); export the model again`, {
      cause: error,
    });
  }
}

/** Images of that height and width, in the channels that a file has. */
export function imageOfSize(size: ImageSize | undefined): ImageExtents | undefined {
  if (size === undefined) return undefined;
  const { height, width } = extentOf(size);
  return [undefined, height, width];
}

/** How a file is opened for training. */
export interface OpenToTrainOptions extends ImportOptions, TrainingFormOptions {
  /** Patterns of the file's settings, such as a mean, that learn all the same. */
  readonly learnBuffers?: readonly string[] | undefined;
  readonly onNotice?: OnNotice | undefined;
}

/** The model of a file as training takes it. */
export interface ModelToTrain extends Model {
  /** How the file takes images. */
  readonly input: InputForm;
}

/**
 * The model of an `.onnx` file in the form that training takes, whatever its own: see `trainingForm`. Its settings do
 * not learn.
 * @throws UserError when the file cannot be read or brought into that form.
 */
export async function openFileToTrain(path: string, options: OpenToTrainOptions = {}): Promise<ModelToTrain> {
  const { readModel } = await import("../../graph/node/read-model.js");
  const { readInput } = await import("../../read/input-form.js");
  const { image, learnBuffers, onNotice } = options;
  const { layout } = withContext(path, () => readInput(outlineFile(path), path));
  const own = image && (layout === "NHWC" ? [image[1]!, image[2]!, image[0]!] : image);
  const read = readModel(path, { image: own });
  return withContext(path, () => {
    const { input, answer, left, ...form } = trainingForm(read, { ...options, name: path });
    const model = imported(form, options);
    const { graph, held } = holdSettings(model, learnBuffers);
    const { shape } = graph.inputs[0]!;
    const { ending, output, because } = answer;
    if (ending !== undefined)
      onNotice?.({ kind: "trained-before", ending, independent: answer.kind === "independent" });
    if (left.length > 0) onNotice?.({ kind: "left-outputs", output, because, left });
    if (held.size > 0) onNotice?.({ kind: "held-settings", settings: [...held] });
    return { graph, weights: model.weights, input: { ...input, channels: Number(shape[1]) } };
  });
}
