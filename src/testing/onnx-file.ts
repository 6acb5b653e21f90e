import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  type AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  type FunctionProtoSchema,
  type GraphProtoSchema,
  ModelProtoSchema,
  type NodeProtoSchema,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from "onnx-buf";

/** Parts of an `.onnx` file as plain objects, for tests of what other exporters write. */
export type FileNode = MessageInitShape<typeof NodeProtoSchema>;
export type FileGraph = MessageInitShape<typeof GraphProtoSchema>;
export type FileTensor = MessageInitShape<typeof TensorProtoSchema>;
export type FileAttribute = MessageInitShape<typeof AttributeProtoSchema>;
export type FileFunction = MessageInitShape<typeof FunctionProtoSchema>;
type FileValue = MessageInitShape<typeof ValueInfoProtoSchema>;

/** A node of an `.onnx` file. */
export function node(opType: string, input: string[], output: string[], more: Partial<FileNode> = {}): FileNode {
  return { opType, input, output, name: output[0] ?? "", ...more } as FileNode;
}

/** An attribute that is a whole number, a single-precision number, a graph, a tensor or a reference. */
export const attr = {
  int: (name: string, i: number): FileAttribute => ({ name, type: AttributeType.INT, i: BigInt(i) }),
  ints: (name: string, ints: number[]): FileAttribute => ({ name, type: AttributeType.INTS, ints: ints.map(BigInt) }),
  float: (name: string, f: number): FileAttribute => ({ name, type: AttributeType.FLOAT, f }),
  floats: (name: string, floats: number[]): FileAttribute => ({ name, type: AttributeType.FLOATS, floats }),
  graph: (name: string, g: FileGraph): FileAttribute => ({ name, type: AttributeType.GRAPH, g }),
  tensor: (name: string, t: FileTensor): FileAttribute => ({ name, type: AttributeType.TENSOR, t }),
  reference: (name: string, refAttrName: string): FileAttribute => ({ name, type: AttributeType.FLOAT, refAttrName }),
};

/** A float32 tensor with its elements in a list. */
export function floatTensor(name: string, dims: number[], floatData: number[]): FileTensor {
  return { name, dataType: 1, dims: dims.map(BigInt), floatData };
}

/**
 * An input or output: float32 unless said otherwise. A number is an extent, text its name, undefined an axis without
 * either.
 */
export function value(name: string, dims: readonly (number | string | undefined)[], elemType = 1): FileValue {
  const dim = dims.map((size) => ({
    value:
      size === undefined
        ? { case: undefined }
        : typeof size === "number"
          ? { case: "dimValue" as const, value: BigInt(size) }
          : { case: "dimParam" as const, value: size },
  }));
  return { name, type: { value: { case: "tensorType", value: { elemType, shape: { dim } } } } };
}

/** What a file of these parts needs besides the graph. */
export interface FileOptions {
  readonly opset?: number;
  readonly functions?: FileFunction[];
  readonly domains?: string[];
  readonly model?: MessageInitShape<typeof ModelProtoSchema>;
}

/** The bytes of an `.onnx` file with this graph. */
export function onnxFile(graph: FileGraph, { opset = 17, functions = [], domains = [], model }: FileOptions = {}) {
  const imports = [["", opset] as const, ...domains.map((domain) => [domain, 1] as const)];
  const opsetImport = imports.map(([domain, version]) => ({ domain, version: BigInt(version) }));
  const plain = { irVersion: 8n, opsetImport, functions, graph: { name: "test", ...graph }, ...model };
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, plain as MessageInitShape<typeof ModelProtoSchema>));
}
