import { parseInput } from "../../cli/flags/options.js";
import { UserError } from "../../errors.js";
import type { Graph, Model, Value } from "../../graph/graph.js";
import { isHalf } from "../../graph/half-precision.js";
import { withModelFile } from "../../graph/node/read-model.js";
import { writeModel } from "../../graph/node/write-model.js";
import { opsetOf } from "../../graph/onnx/body.js";
import { graphField, modelField, tensorField } from "../../graph/onnx/fields.js";
import { readInputs } from "../../graph/onnx/inputs.js";
import { OPSET } from "../../graph/onnx/opset.js";
import { Message } from "../../graph/onnx/protobuf.js";
import { readOnnx } from "../../graph/onnx/read-onnx.js";
import type { ReadExternal } from "../../graph/onnx/tensor.js";
import { modelFileOf, modelSource } from "./model-source.js";

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

/** The oldest and the newest version of ONNX's operators that we write. */
const writable = [13, 21] as const;

/** Sizes of images for files that leave them open, unless one is given. */
const [usual, another] = [224, 288];

/** What `senet insert` is told of the model beside its name. */
export interface ToInsertFlags {
  readonly weights?: string | undefined;
  readonly input?: string | undefined;
  readonly seed: number;
  /** Where nothing is written, weights are not needed. */
  readonly dryRun?: true | undefined;
}

/**
 * The model that blocks are put into: a file as it is, or a network by name or of the hub with weights.
 * @throws UserError when there is no such model, or flags do not fit it.
 */
export async function openToInsert(model: string, flags: ToInsertFlags): Promise<ModelFile> {
  const image = flags.input === undefined ? undefined : parseInput(flags.input);
  if (modelSource(model) !== "file") {
    const { weights, input, seed } = flags;
    const { openModelToExport } = await import("./model-to-export.js");
    const { findNetwork } = await import("./find-model.js");
    const asWritten = { opset: undefined, split: false, half: false };
    if (flags.dryRun) return { model: { ...(await findNetwork(model, { image })), weights: new Map() }, ...asWritten };
    const { origin, ...found } = await openModelToExport(model, { weights, input, seed });
    return { model: found, origin, ...asWritten };
  }
  const path = modelFileOf(model);
  const file = readModelFile(path, image);
  if (flags.weights === undefined) return file;
  const { readModelWeights } = await import("./model-weights.js");
  const { graph } = file.model;
  const { weights, metadata, origin } = await readModelWeights(flags.weights, graph);
  const said = { ...graph, metadata: new Map([...graph.metadata, ...metadata]) };
  return { ...file, model: { graph: said, weights }, origin };
}

/**
 * Reads an `.onnx` file, and how it is written.
 * @param image the size [C, H, W] to compute shapes for, where the file leaves it open.
 * @throws UserError when it cannot be read.
 */
function readModelFile(path: string, image?: readonly number[]): ModelFile {
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

/** The inputs of a file, with names for extents that it leaves open; none where the file is damaged, which reading it will say. */
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

/**
 * Writes a model in the way another one was written: in the same opset, or the nearest that has its operators, and with its
 * weights beside it where they lay so.
 * @returns what is different, a sentence each.
 */
export function writeLike({ opset, split, half }: ModelFile, path: string, model: Model, asked?: number): string[] {
  const [oldest, newest] = writable;
  const notices = half ? ["the file has 16-bit weights, the new one 32-bit ones"] : [];
  const wanted = asked ?? Math.min(newest, Math.max(oldest, opset ?? OPSET));
  for (let version = wanted; ; version++) {
    try {
      writeModel(path, model, { opset: version, split });
      const why = version === wanted ? `we write ${oldest} to ${newest}` : "an operator needs it";
      if (version === opset || opset === undefined || asked !== undefined) return notices;
      return [...notices, `the file has opset ${opset}, the new one ${version}: ${why}`];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== undefined) {
        throw new UserError(`--out: cannot write ${path} (${(error as Error).message}); choose another place`);
      }
      if (!(error instanceof UserError)) throw error;
      if (asked !== undefined || version >= newest) throw new UserError(`--opset: ${error.message}`);
    }
  }
}
