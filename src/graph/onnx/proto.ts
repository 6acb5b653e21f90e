import { create } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
} from "onnx-buf";
import { opOf } from "../../ops/index.js";
import type { Attribute } from "../attributes.js";
import { toInt64 } from "../dims/known.js";
import { dtypeToOnnx } from "../dtype.js";
import type { Dim, Node, Value } from "../graph.js";
import type { Tensor } from "../tensor.js";

/** An input or output. */
export function valueInfo({ name, dtype, shape }: Value) {
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

/** The bytes of a tensor, not copied. */
export function bytesOf({ data }: Tensor) {
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

/** A constant as a node. */
export function constantNode([name, tensor]: readonly [string, Tensor]) {
  const attribute = attributeProto("value", { tensor });
  return create(NodeProtoSchema, { name, opType: "Constant", output: [name], attribute: [attribute] });
}

/** A node, under the name that ONNX has for its operator. */
export function nodeProto({ name, op, domain, inputs, outputs, attributes }: Node) {
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
