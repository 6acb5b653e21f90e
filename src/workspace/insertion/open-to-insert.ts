import { withContext } from "../../errors.js";
import type { Graph, Model, Value } from "../../graph/graph.js";
import { isHalf } from "../../graph/half-precision.js";
import { withModelFile } from "../../graph/node/read-model.js";
import { opsetOf } from "../../graph/onnx/body.js";
import { graphField, modelField, tensorField } from "../../graph/onnx/fields.js";
import { readInputs } from "../../graph/onnx/inputs.js";
import { Message } from "../../graph/onnx/protobuf.js";
import { readOnnx } from "../../graph/onnx/read-onnx.js";
import type { ReadExternal } from "../../graph/onnx/tensor.js";
import type { InputSize } from "../../models/model.js";
import { forChannels, saidFor } from "../model/for-channels.js";
import type { ModelQuery } from "../model/model-query.js";
import { modelFileOf, modelSource } from "../model/model-source.js";
import type { OpenModelOptions } from "../model/open-model.js";

/** A model, and how it lies in its file where it has one. */
export interface ModelFile {
  readonly model: Model;
  /** Where its weights come from, if not from the file. */
  readonly origin?: string;
  /** The version of ONNX's operators that it is written in; undefined for a network by name or of the hub. */
  readonly opset: number | undefined;
  /** Whether its weights lie in another file. */
  readonly split: boolean;
  /** Whether some of its weights are 16-bit floating-point numbers, which are read as 32-bit ones. */
  readonly half: boolean;
  /** Where the file leaves the size of images open: its inputs as it declares them, and the graph for another size. */
  readonly open?: { readonly inputs: readonly Value[]; readonly other: Graph } | undefined;
}

/** Sizes of images for files that leave them open, unless one is given. */
const [usual, another] = [224, 288];

/** How a model is opened for an insertion. */
export interface OpenToInsertOptions extends OpenModelOptions {
  /** Whether the network alone is wanted: weights are then neither fetched nor drawn. */
  readonly bare?: boolean | undefined;
}

/**
 * Opens the model that blocks are put into: a file as it is, or a network by name or of the hub with weights.
 * @throws UserError when there is no such model, or image or weights do not fit it.
 */
export async function openToInsert(query: ModelQuery, options: OpenToInsertOptions = {}): Promise<ModelFile> {
  const { bare = false, ...opening } = options;
  const { model, weights: from } = query;
  if (modelSource(model) !== "file") {
    const asWritten = { opset: undefined, split: false, half: false };
    if (bare) {
      const { findNetwork } = await import("../model/find-model.js");
      return { model: { ...(await findNetwork(query, opening)), weights: new Map() }, ...asWritten };
    }
    const { openModel } = await import("../model/open-model.js");
    const { origin, ...found } = await openModel(query, opening);
    return { model: found, origin, ...asWritten };
  }
  const file = forImages(readModelFile(modelFileOf(model), options.image), model, options);
  if (from === undefined) return file;
  const { findWeights } = await import("../model/find-weights.js");
  const { graph } = file.model;
  const { signal, onProgress, onNotice, hub } = opening;
  const { weights, metadata, origin } = await findWeights(from, graph, {
    ...query.taking,
    signal,
    onProgress,
    onNotice,
    hub,
  });
  const own = saidFor({ metadata }, Number(graph.inputs[0]!.shape[1]));
  const said = { ...graph, metadata: new Map([...graph.metadata, ...own]) };
  return { ...file, model: { graph: said, weights }, origin };
}

/** The file for images of another number of channels, where such are asked for. */
function forImages(file: ModelFile, name: string, { image, onNotice }: OpenToInsertOptions): ModelFile {
  if (image === undefined) return file;
  const [channels] = image;
  return withContext(name, () => {
    const { inputs, other } = file.open ?? {};
    const model = forChannels(file.model, channels, onNotice);
    if (inputs === undefined || other === undefined || model === file.model) return { ...file, model };
    const [x, ...rest] = inputs;
    const changed = forChannels({ graph: other, weights: new Map() }, channels, undefined).graph;
    return {
      ...file,
      model,
      open: { inputs: [{ ...x!, shape: x!.shape.with(1, channels) }, ...rest], other: changed },
    };
  });
}

/**
 * Reads an `.onnx` file, and how it is written.
 * @param image the size [C, H, W] to compute shapes for, where the file leaves it open.
 * @throws UserError when it cannot be read.
 */
function readModelFile(path: string, image?: InputSize): ModelFile {
  return withModelFile(path, (bytes, external) => {
    let split = false;
    const noted: ReadExternal = (where) => {
      split = true;
      return external(where);
    };
    const inputs = declaredInputs(bytes);
    const open = inputs[0]?.shape.length === 4 && inputs[0].shape.slice(1).some((dim) => typeof dim === "string");
    const sized = (side: number) =>
      inputs[0]!.shape.slice(1).map((dim, i) => (i === 0 && typeof dim === "string" ? 3 : side));
    const model = readOnnx(bytes, { external: noted, image: image ?? (open ? sized(usual) : undefined) });
    const other = open ? readOnnx(bytes, { external, image: sized(another) }).graph : undefined;
    const message = new Message(bytes);
    const tensors = message.message(modelField.graph)?.messages(graphField.initializer) ?? [];
    const half = Array.from(tensors).some((tensor) => isHalf(tensor.number(tensorField.dataType) ?? 0));
    const opset = opsetOf(message, modelField.opsetImport);
    return { model, opset, split, half, open: other && { inputs, other } };
  });
}

/**
 * The inputs of a file, with names for extents that it leaves open; none where the file is damaged, which reading it
 * will say.
 */
function declaredInputs(bytes: Uint8Array): readonly Value[] {
  try {
    const graph = new Message(bytes).message(modelField.graph);
    if (graph === undefined) return [];
    const tensors = Array.from(graph.messages(graphField.initializer));
    return readInputs(graph, new Map(tensors.map((tensor) => [tensor.text(tensorField.name), tensor])));
  } catch {
    return [];
  }
}
