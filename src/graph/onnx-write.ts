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
import { sameShape } from "./shape.js";
import type { Tensor } from "./tensor.js";

/** The version of ONNX's own operators that our graphs are written in unless an operator needs a newer one. */
export const OPSET = 20;

/**
 * Writes a graph as the bytes of an `.onnx` file.
 * @param weights values of the parameters, stored as initializers; without them the parameters become inputs.
 * @throws Error when a parameter has no value or one of another shape.
 */
export function writeOnnx(graph: Graph, weights?: Weights): Uint8Array {
  const parameters: Value[] = [...graph.parameters].map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
  const domains = new Set(["", ...graph.nodes.map((node) => node.domain)]);
  const opset = Math.max(OPSET, ...graph.nodes.map(({ op, domain }) => opOf(op, domain).since ?? OPSET));
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: opset > OPSET ? 10n : 9n, // opset 20 came with IR version 9, 21 with 10
      producerName: "senet",
      opsetImport: [...domains].map((domain) =>
        create(OperatorSetIdProtoSchema, { domain, version: BigInt(domain === "" ? opset : 1) }),
      ),
      metadataProps: [...graph.metadata].map(([key, value]) => create(StringStringEntryProtoSchema, { key, value })),
      graph: create(GraphProtoSchema, {
        name: graph.name,
        input: [...graph.inputs, ...(weights ? [] : parameters)].map(valueInfo),
        output: graph.outputs.map(valueInfo),
        initializer: weights ? parameters.map((value) => tensorProto(value.name, storedValue(value, weights))) : [],
        // Constants are nodes and parameters initializers: this is how the reader tells them apart.
        node: [...[...graph.constants].map(constantNode), ...graph.nodes.map(nodeProto)],
      }),
    }),
  );
}

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

function tensorProto(name: string, { dtype, shape, data }: Tensor): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dataType: dtypeToOnnx(dtype),
    dims: shape.map(BigInt),
    rawData: new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength),
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
      ? { type: types.INT, i: BigInt(value.int) }
      : "float" in value
        ? { type: types.FLOAT, f: value.float }
        : "string" in value
          ? { type: types.STRING, s: bytes(value.string) }
          : "tensor" in value
            ? { type: types.TENSOR, t: tensorProto("", value.tensor) }
            : "ints" in value
              ? { type: types.INTS, ints: value.ints.map(BigInt) }
              : "floats" in value
                ? { type: types.FLOATS, floats: [...value.floats] }
                : { type: types.STRINGS, strings: value.strings.map(bytes) };
  return create(AttributeProtoSchema, { name, ...fields });
}
