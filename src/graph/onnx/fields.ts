/** The numbers of the fields of ONNX's messages that the reader uses. Source: onnx/onnx.proto of ONNX 1.20. */

/** The producer that the files of our own name. */
export const PRODUCER = "senet";

export const modelField = {
  producerName: 2,
  docString: 6,
  graph: 7,
  opsetImport: 8,
  metadataProps: 14,
  functions: 25,
} as const;

export const opsetField = { domain: 1, version: 2 } as const;

export const entryField = { key: 1, value: 2 } as const;

export const graphField = {
  node: 1,
  name: 2,
  initializer: 5,
  input: 11,
  output: 12,
  sparseInitializer: 15,
} as const;

export const functionField = {
  name: 1,
  input: 4,
  output: 5,
  node: 7,
  opsetImport: 9,
  domain: 10,
  attributeDefaults: 11,
  overload: 13,
} as const;

export const nodeField = { input: 1, output: 2, name: 3, opType: 4, attribute: 5, domain: 7, overload: 8 } as const;

export const attributeField = {
  name: 1,
  float: 2,
  int: 3,
  string: 4,
  tensor: 5,
  graph: 6,
  floats: 7,
  ints: 8,
  strings: 9,
  type: 20,
  reference: 21,
  tensors: 10,
  graphs: 11,
  sparse: 22,
  sparses: 23,
} as const;

/** What an attribute holds, by the number in its field `type`. */
export const attributeType = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
} as const;

export const tensorField = {
  dims: 1,
  dataType: 2,
  floatData: 4,
  int32Data: 5,
  int64Data: 7,
  name: 8,
  rawData: 9,
  doubleData: 10,
  externalData: 13,
  dataLocation: 14,
} as const;

export const sparseField = { values: 1, indices: 2 } as const;

export const valueInfoField = { name: 1, type: 2 } as const;

export const typeField = { tensor: 1 } as const;

export const tensorTypeField = { elementType: 1, shape: 2 } as const;

export const shapeField = { dim: 1 } as const;

export const dimField = { value: 1, param: 2 } as const;
