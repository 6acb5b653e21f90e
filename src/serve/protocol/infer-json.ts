import * as z from "zod/mini";
import { elements, type Tensor } from "../../graph/tensor.js";
import { readAs } from "../../schema.js";
import { refuse } from "../refusal.js";
import { cutData } from "./cut-data.js";
import { type Datatype, datatypesInWords, heldAs, isDatatype } from "./datatypes.js";
import { readNumbers, type Span } from "./read-numbers.js";

const parameters = z.optional(z.record(z.string(), z.unknown()));

/** The JSON of an inference request, without the numbers of its tensors. Source: Open Inference Protocol v2, HTTP/REST. */
const requestSchema = z.object({
  id: z.optional(z.string()),
  parameters,
  inputs: z.array(
    z.object({
      name: z.string(),
      shape: z.array(z.number().check(z.int(), z.nonnegative())),
      datatype: z.string(),
      parameters,
      data: z.optional(z.tuple([z.number()])),
    }),
  ),
  outputs: z.optional(z.array(z.object({ name: z.string(), parameters }))),
});

/** Parameters of a request, an input or an output. */
export type Parameters = Readonly<Record<string, unknown>>;

/** An input of a request; its tensor came as numbers in the JSON, or comes behind it as so many bytes. */
export interface JsonInput {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly tensor: Tensor | undefined;
  readonly binarySize: number | undefined;
}

/** What the JSON of an inference request says. */
export interface InferJson {
  readonly id: string | undefined;
  readonly parameters: Parameters;
  readonly inputs: readonly JsonInput[];
  readonly outputs: readonly { readonly name: string; readonly parameters: Parameters }[] | undefined;
}

/** The most axes of a tensor, as ONNX files of networks have them. */
const mostAxes = 16;

/** Reads the JSON of an inference request. @throws Refusal where it is none. */
export function readInferJson(bytes: Uint8Array): InferJson {
  const { text, spans } = cutData(bytes);
  const read = readAs(requestSchema, parsed(text));
  if (!read.success) {
    const [issue] = read.error.issues;
    refuse(`got ${(issue?.path ?? []).join(".") || "a request"}: ${issue?.message}; expected an inference request`);
  }
  const { id, parameters = {}, inputs, outputs } = read.data;
  return {
    id,
    parameters,
    inputs: inputs.map((input) => inputOf(bytes, spans, input)),
    outputs: outputs?.map(({ name, parameters: own = {} }) => ({ name, parameters: own })),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return refuse(`got no JSON (${(error as Error).message}); expected an inference request`);
  }
}

function inputOf(
  bytes: Uint8Array,
  spans: readonly Span[],
  { name, shape, datatype, parameters = {}, data }: z.infer<typeof requestSchema>["inputs"][number],
): JsonInput {
  if (!isDatatype(datatype)) refuse(`got ${name} of ${datatype}; expected one of ${datatypesInWords}`);
  const count = elements(shape);
  if (shape.length > mostAxes || !Number.isSafeInteger(count)) refuse(`got ${name} [${shape.join(", ")}]; too large`);
  const binarySize = parameters.binary_data_size;
  if (binarySize === undefined) {
    const span = spans[data?.[0] ?? -1] ?? refuse(`got no data of ${name}; expected numbers, or binary_data_size`);
    return { name, datatype, shape, tensor: readNumbers(bytes, span, datatype, shape), binarySize: undefined };
  }
  if (data !== undefined) refuse(`got both data and binary_data_size of ${name}; expected one of them`);
  const expected = count * heldAs(datatype).bytes;
  if (binarySize !== expected) {
    const form = `${datatype} [${shape.join(", ")}]`;
    refuse(`got binary_data_size ${JSON.stringify(binarySize)} of ${name}; expected ${expected}, for ${form}`);
  }
  return { name, datatype, shape, tensor: undefined, binarySize: expected };
}
