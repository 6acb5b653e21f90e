import { fromBinary } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
  TensorProto_DataLocation,
  type ValueInfoProto,
} from "onnx-buf";
import { UserError } from "../errors.js";
import { opOf } from "../ops/index.js";
import type { Attribute, Attributes } from "./attributes.js";
import { GraphBuilder } from "./builder.js";
import { dtypeFromOnnx } from "./dtype.js";
import type { Dim, Model, Node } from "./graph.js";
import { arrayType, bytesPerElement, elements, type Tensor } from "./tensor.js";

/**
 * Reads the bytes of an `.onnx` file. Floating-point initializers are parameters; those that operators name
 * as running statistics are not trainable. Everything else that is fixed is a constant.
 * @throws UserError when the bytes are not a whole ONNX model or hold something we do not know.
 */
export function readOnnx(bytes: Uint8Array): Model {
  let model: ModelProto;
  try {
    model = fromBinary(ModelProtoSchema, bytes);
  } catch (error) {
    throw new UserError(
      `not a whole ONNX model (${bytes.length} bytes: ${error instanceof Error ? error.message : error}); give a complete .onnx file`,
    );
  }
  if (model.graph === undefined || model.graph.node.length === 0) {
    throw new UserError(
      `got ${bytes.length} bytes without an ONNX graph; expected an .onnx file with at least one node`,
    );
  }
  try {
    checkOpset(model);
    return readGraph(model.graph, model);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`cannot read this ONNX graph: ${error instanceof Error ? error.message : error}`);
  }
}

/** The oldest version of ONNX's operators whose meaning is that of today's, for the operators we know. */
const OLDEST_OPSET = 13;

function checkOpset({ opsetImport }: ModelProto): void {
  const version = opsetImport.find(({ domain }) => domain === "" || domain === "ai.onnx")?.version ?? 1n;
  if (version < OLDEST_OPSET) {
    throw new Error(
      `got opset ${version}; expected ${OLDEST_OPSET} or newer; export the model again with a newer opset`,
    );
  }
}

function readGraph(graph: GraphProto, model: ModelProto): Model {
  const g = new GraphBuilder(graph.name);
  const weights = new Map<string, Tensor>();
  const state = stateNames(graph.node);
  const initializers = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  for (const input of graph.input) if (!initializers.has(input.name)) defineInput(g, input);
  for (const [name, proto] of initializers) {
    const tensor = readTensor(proto);
    if (tensor.dtype !== "float32" || tensor.shape.length === 0) {
      g.constant(tensor, name);
    } else {
      g.parameter(name, tensor.shape, { kind: "constant", value: 0 }, !state.has(name));
      weights.set(name, tensor);
    }
  }
  for (const proto of graph.node) {
    const node = readNode(proto);
    if (node.op === "Constant") g.constant(constantTensor(node), node.outputs[0]!);
    else g.append(node);
  }
  for (const { name } of graph.output) g.output(g.value(name));
  g.metadata(model.metadataProps.map(({ key, value }) => [key, value]));
  return { graph: g.build(), weights };
}

/** Names of values that some node takes as running statistics. */
function stateNames(nodes: readonly NodeProto[]): Set<string> {
  return new Set(
    nodes.flatMap(({ opType, domain, input }) =>
      opType === "Constant" ? [] : (opOf(opType, domain).state ?? []).flatMap((i) => input[i] ?? []),
    ),
  );
}

function defineInput(g: GraphBuilder, { name, type }: ValueInfoProto): void {
  if (type?.value.case !== "tensorType") throw new Error(`got input ${name} without a tensor type; expected one`);
  const { elemType, shape } = type.value.value;
  const dims = (shape?.dim ?? []).map(({ value }, i): Dim => {
    if (value.case === "dimValue" && value.value > 0n) return Number(value.value);
    return value.case === "dimParam" && value.value !== "" ? value.value : `${name}_${i}`;
  });
  g.input(name, dtypeFromOnnx(elemType), dims);
}

function readNode({ name, opType, domain, input, output, attribute }: NodeProto): Node {
  const attributes: Attributes = Object.fromEntries(attribute.map((proto) => [proto.name, readAttribute(proto)]));
  // "ai.onnx" is another name of the domain whose name is empty.
  return { name, op: opType, domain: domain === "ai.onnx" ? "" : domain, inputs: input, outputs: output, attributes };
}

function readAttribute({ name, type, i, f, s, t, ints, floats, strings }: AttributeProto): Attribute {
  const types = AttributeProto_AttributeType;
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (type === types.INT) return { int: Number(i ?? 0) };
  if (type === types.FLOAT) return { float: f ?? 0 };
  if (type === types.STRING) return { string: text(s ?? new Uint8Array()) };
  if (type === types.TENSOR && t !== undefined) return { tensor: readTensor(t) };
  if (type === types.INTS) return { ints: ints.map(Number) };
  if (type === types.FLOATS) return { floats };
  if (type === types.STRINGS) return { strings: strings.map(text) };
  throw new Error(`got attribute ${name} of kind ${type}; expected a number, string, tensor or a list of them`);
}

function constantTensor({ attributes, outputs }: Node): Tensor {
  const value = attributes.value;
  if (value === undefined || !("tensor" in value)) {
    throw new Error(`got Constant ${outputs[0]} with ${Object.keys(attributes)}; expected the attribute value`);
  }
  return value.tensor;
}

/** The elements of a tensor, from raw bytes or from the typed list that small tensors use. */
function readTensor(proto: TensorProto): Tensor {
  const dtype = dtypeFromOnnx(proto.dataType ?? 0);
  const shape = proto.dims.map(Number);
  const count = elements(shape);
  const raw = proto.rawData;
  if (proto.dataLocation === TensorProto_DataLocation.EXTERNAL) {
    throw new Error(`got tensor ${proto.name} whose elements lie in another file; export the model as one file`);
  }
  if (shape.some((dim) => dim < 0) || !Number.isSafeInteger(count)) {
    throw new Error(`got tensor ${proto.name} with shape [${shape}]; expected extents that can be counted`);
  }
  if (raw !== undefined && raw.length > 0) {
    const expected = count * bytesPerElement(dtype);
    if (raw.length !== expected) {
      throw new Error(`got tensor ${proto.name} [${shape}] with ${raw.length} bytes; expected ${expected}`);
    }
    return { dtype, shape, data: new (arrayType(dtype))(new Uint8Array(raw).buffer) } as Tensor;
  }
  const lists = {
    float32: proto.floatData,
    float64: proto.doubleData,
    int64: proto.int64Data,
    int32: proto.int32Data,
    int8: proto.int32Data,
    uint8: proto.int32Data,
    bool: proto.int32Data,
  };
  const list: readonly (number | bigint)[] = lists[dtype];
  if (list.length !== count) {
    throw new Error(`got tensor ${proto.name} [${shape}] with ${list.length} elements; expected ${count}`);
  }
  const data = dtype === "int64" ? BigInt64Array.from(list, BigInt) : arrayType(dtype as "float32").from(list, Number);
  return { dtype, shape, data } as Tensor;
}
