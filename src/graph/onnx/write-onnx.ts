import { create, toBinary } from "@bufbuild/protobuf";
import {
  GraphProtoSchema,
  ModelProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataLocation,
  TensorProtoSchema,
} from "onnx-buf";
import { joined } from "../../files/joined.js";
import { sameShape } from "../dims/shape.js";
import { dtypeToOnnx } from "../dtype.js";
import type { Graph, Value, Weights } from "../graph.js";
import type { Tensor } from "../tensor.js";
import { graphField, modelField, PRODUCER, tensorField } from "./fields.js";
import { atOpset } from "./opset.js";
import { bytesOf, constantNode, nodeProto, valueInfo } from "./proto.js";
import { field } from "./protobuf-pieces.js";

/** How a graph is written. */
export interface WriteOptions {
  /** The version of ONNX's own operators, from 13 to 21; left out it is 20, or newer where an operator needs it. */
  readonly opset?: number | undefined;
}

/**
 * Writes a graph as the bytes of an `.onnx` file.
 * @param weights values of the parameters, stored as initializers; without them the parameters become inputs.
 * @throws Error when a parameter has no value or one of another shape; UserError when the opset lacks an operator.
 * @example
 * ```ts
 * import { createModel, initialise, readOnnx, writeOnnx } from "senet";
 *
 * const graph = createModel("seresnet20");
 * const bytes = writeOnnx(graph, initialise(graph, 1), { opset: 17 });
 * console.log(readOnnx(bytes).graph.nodes.length === graph.nodes.length); // true
 * ```
 */
export function writeOnnx(graph: Graph, weights?: Weights, options: WriteOptions = {}): Uint8Array {
  return joined(writeOnnxPieces(graph, weights, options));
}

/** The bytes of {@link writeOnnx} piece by piece, to be written one after the other: the weights are not copied. */
export function writeOnnxPieces(graph: Graph, weights?: Weights, options: WriteOptions = {}): Uint8Array[] {
  const parameters = parametersOf(graph);
  if (weights === undefined) return modelPieces(graph, parameters, [], options);
  const initializers = parameters.map((value): Uint8Array[] => {
    const tensor = storedValue(value, weights);
    const { dtype, shape } = tensor;
    const header = create(TensorProtoSchema, {
      name: value.name,
      dataType: dtypeToOnnx(dtype),
      dims: shape.map(BigInt),
    });
    return [toBinary(TensorProtoSchema, header), ...field(tensorField.rawData, [bytesOf(tensor)])];
  });
  return modelPieces(graph, [], initializers, options);
}

/** A model in two files. */
export interface SplitModel {
  /** The bytes of the `.onnx` file. */
  readonly model: Uint8Array;
  /** The bytes of the file with the weights, piece by piece; the weights are not copied. */
  readonly pieces: readonly Uint8Array[];
}

/**
 * Writes a graph as an `.onnx` file and a file beside it that holds the weights, which may be of any size.
 * @param location the name of that file: the `.onnx` file refers to it.
 * @throws Error when a parameter has no value or one of another shape.
 * @example
 * ```ts
 * import { createModel, initialise } from "senet";
 * import { writeOnnxSplit } from "senet/graph";
 *
 * const graph = createModel("resnet20");
 * const { model, pieces } = writeOnnxSplit(graph, initialise(graph, 1), "resnet20.onnx.data");
 * const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
 * console.log(model.length < bytes, bytes); // true 1096192
 * ```
 */
export function writeOnnxSplit(
  graph: Graph,
  weights: Weights,
  location: string,
  options: WriteOptions = {},
): SplitModel {
  const pieces: Uint8Array[] = [];
  let offset = 0;
  const initializers = parametersOf(graph).map((value) => {
    const tensor = storedValue(value, weights);
    const bytes = bytesOf(tensor);
    const entries = { location, offset: String(offset), length: String(bytes.length) };
    const padding = -bytes.length & (ALIGNMENT - 1);
    pieces.push(bytes, new Uint8Array(padding));
    offset += bytes.length + padding;
    const proto = create(TensorProtoSchema, {
      name: value.name,
      dataType: dtypeToOnnx(tensor.dtype),
      dims: tensor.shape.map(BigInt),
      dataLocation: TensorProto_DataLocation.EXTERNAL,
      externalData: Object.entries(entries).map(([key, text]) =>
        create(StringStringEntryProtoSchema, { key, value: text }),
      ),
    });
    return [toBinary(TensorProtoSchema, proto)];
  });
  return { model: joined(modelPieces(graph, [], initializers, options)), pieces };
}

/** Tensors in a file of weights begin at multiples of this, in bytes, so that an engine can map them into memory. */
const ALIGNMENT = 64;

function parametersOf(graph: Graph): Value[] {
  return [...graph.parameters].map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
}

/** A model in the order of protobuf's wire format: what is small, then the graph, at whose end the initializers lie. */
function modelPieces(
  written: Graph,
  moreInputs: readonly Value[],
  initializers: readonly (readonly Uint8Array[])[],
  options: WriteOptions,
): Uint8Array[] {
  const { graph, opset, ir } = atOpset(written, options.opset);
  const domains = new Set(["", ...graph.nodes.map((node) => node.domain)]);
  const metadata = [...graph.metadata].filter(([key]) => key !== DESCRIPTION);
  const model = create(ModelProtoSchema, {
    irVersion: BigInt(ir),
    producerName: PRODUCER,
    docString: graph.metadata.get(DESCRIPTION) ?? "",
    opsetImport: [...domains].map((domain) =>
      create(OperatorSetIdProtoSchema, { domain, version: BigInt(domain === "" ? opset : 1) }),
    ),
    metadataProps: metadata.map(([key, value]) => create(StringStringEntryProtoSchema, { key, value })),
  });
  const body = create(GraphProtoSchema, {
    name: graph.name,
    input: [...graph.inputs, ...moreInputs].map(valueInfo),
    output: graph.outputs.map(valueInfo),
    // Constants are nodes and parameters initializers: this is how the reader tells them apart.
    node: [...[...graph.constants].map(constantNode), ...graph.nodes.map(nodeProto)],
  });
  const stored = initializers.flatMap((pieces) => field(graphField.initializer, pieces));
  return [toBinary(ModelProtoSchema, model), ...field(modelField.graph, [toBinary(GraphProtoSchema, body), ...stored])];
}

/** The metadata that a file holds as its description. */
const DESCRIPTION = "doc_string";

function storedValue({ name, shape }: Value, weights: Weights): Tensor {
  const tensor = weights.get(name);
  if (tensor === undefined || !sameShape(tensor.shape, shape)) {
    throw new Error(
      `writeOnnx: got ${tensor ? `[${tensor.shape}]` : "no value"} for parameter ${name}; expected a value of shape [${shape}]`,
    );
  }
  return tensor;
}
