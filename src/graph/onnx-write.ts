import { create, toBinary } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
} from "onnx-buf";
import { opOf } from "../ops/index.js";
import type { Attribute } from "./attributes.js";
import { dtypeToOnnx } from "./dtype.js";
import type { Dim, Graph, Node, Value, Weights } from "./graph.js";
import { joined } from "./joined.js";
import { toInt64 } from "./known.js";
import { graphField, modelField, tensorField } from "./onnx-fields.js";
import { atOpset } from "./onnx-opset.js";
import { field } from "./protobuf-pieces.js";
import { sameShape } from "./shape.js";
import type { Tensor } from "./tensor.js";

/** How a graph is written. */
export interface WriteOptions {
  /** The version of ONNX's own operators, from 13 to 21; left out it is 20, or newer where an operator needs it. */
  readonly opset?: number | undefined;
}

/**
 * Writes a graph as the bytes of an `.onnx` file.
 * @param weights values of the parameters, stored as initializers; without them the parameters become inputs.
 * @throws Error when a parameter has no value or one of another shape; UserError when the opset lacks an operator.
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
    producerName: "senet",
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

function valueInfo({ name, dtype, shape }: Value) {
  const value = create(TypeProto_TensorSchema, {
    elemType: dtypeToOnnx(dtype),
    shape: create(TensorShapeProtoSchema, { dim: shape.map(dimension) }),
  });
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, { value: { case: "tensorType", value } }),
  });
}

function dimension(dim: Dim) {
  return create(TensorShapeProto_DimensionSchema, {
    value: typeof dim === "number" ? { case: "dimValue", value: BigInt(dim) } : { case: "dimParam", value: dim },
  });
}

function bytesOf({ data }: Tensor) {
  return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
}

function tensorProto(name: string, tensor: Tensor): TensorProto {
  const { dtype, shape } = tensor;
  return create(TensorProtoSchema, {
    name,
    dataType: dtypeToOnnx(dtype),
    dims: shape.map(BigInt),
    rawData: bytesOf(tensor),
  });
}

function constantNode([name, tensor]: readonly [string, Tensor]) {
  const attribute = attributeProto("value", { tensor });
  return create(NodeProtoSchema, { name, opType: "Constant", output: [name], attribute: [attribute] });
}

function nodeProto({ name, op, domain, inputs, outputs, attributes }: Node) {
  return create(NodeProtoSchema, {
    name,
    opType: opOf(op, domain).onnxName ?? op,
    domain,
    input: [...inputs],
    output: [...outputs],
    attribute: Object.entries(attributes).map(([key, value]) => attributeProto(key, value)),
  });
}

function attributeProto(name: string, value: Attribute): AttributeProto {
  const types = AttributeProto_AttributeType;
  const bytes = (text: string) => new TextEncoder().encode(text);
  const fields =
    "int" in value
      ? { type: types.INT, i: toInt64(value.int) }
      : "float" in value
        ? { type: types.FLOAT, f: value.float }
        : "string" in value
          ? { type: types.STRING, s: bytes(value.string) }
          : "tensor" in value
            ? { type: types.TENSOR, t: tensorProto("", value.tensor) }
            : "ints" in value
              ? { type: types.INTS, ints: value.ints.map(toInt64) }
              : "floats" in value
                ? { type: types.FLOATS, floats: [...value.floats] }
                : { type: types.STRINGS, strings: value.strings.map(bytes) };
  return create(AttributeProtoSchema, { name, ...fields });
}
