import { elements, type Tensor } from "../../graph/tensor.js";
import type { Tensors } from "../../runtime/runtime.js";
import { refuse } from "../refusal.js";
import { classTexts } from "./classification.js";
import { toBinary } from "./datatypes.js";
import type { InferRequest, WantedOutput } from "./infer-request.js";
import type { TensorSpec } from "./tensor-spec.js";

/** Who answers. */
export interface Answering {
  readonly name: string;
  readonly version: string;
  readonly outputs: readonly TensorSpec[];
  /** The names of the classes of the output that is the answer. */
  readonly labels: (output: string) => readonly string[] | undefined;
}

/** The body of an answer: JSON, and the tensors that are sent as bytes behind it. */
export interface InferAnswer {
  readonly json: Buffer;
  readonly binary: readonly Uint8Array[];
}

/** An output as it is sent. */
interface Sent {
  readonly datatype: string;
  readonly shape: readonly number[];
  /** JSON text or bytes. */
  readonly data: string | Uint8Array;
}

/** Writes the answer of a request. @throws Refusal for numbers that JSON does not have. */
export function writeAnswer(model: Answering, { id, outputs }: InferRequest, given: Tensors): InferAnswer {
  const binary: Uint8Array[] = [];
  const texts = outputs.map((wanted) => {
    const { datatype, shape, data } = sentAs(model, wanted, given[wanted.name]!);
    const head = `"name":${JSON.stringify(wanted.name)},"datatype":"${datatype}","shape":[${shape.join(",")}]`;
    if (typeof data === "string") return `{${head},"data":${data}}`;
    binary.push(data);
    return `{${head},"parameters":{"binary_data_size":${data.length}}}`;
  });
  const named = `"model_name":${JSON.stringify(model.name)},"model_version":${JSON.stringify(model.version)}`;
  const own = id === undefined ? "" : `,"id":${JSON.stringify(id)}`;
  return { json: Buffer.from(`{${named}${own},"outputs":[${texts.join(",")}]}`), binary };
}

function sentAs(model: Answering, { name, binary, classes }: WantedOutput, tensor: Tensor): Sent {
  if (classes !== undefined) {
    const { shape, texts } = classTexts(tensor, classes, model.labels(name));
    return { datatype: "BYTES", shape, data: binary ? bytesOf(texts) : JSON.stringify(texts) };
  }
  const { datatype } = model.outputs.find((output) => output.name === name)!;
  return { datatype, shape: tensor.shape, data: binary ? toBinary(datatype, tensor) : numbersText(name, tensor) };
}

/** The numbers of a tensor as a list in JSON, flat, so that they read back as the same bits. */
function numbersText(name: string, { dtype, data }: Tensor): string {
  if (dtype === "bool") return JSON.stringify(Array.from(data as Uint8Array, (value) => value !== 0));
  if (dtype.startsWith("float")) {
    for (const value of data as Float32Array) {
      if (!Number.isFinite(value)) refuse(`${name} holds NaN or infinity, which JSON has not; ask for binary_data`);
    }
  }
  return `[${data.join(",")}]`;
}

/** Texts as a binary tensor: each behind its length, four bytes little-endian. Source: Triton, binary tensor data. */
function bytesOf(texts: readonly string[]): Uint8Array {
  const parts = texts.flatMap((text) => {
    const bytes = Buffer.from(text);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    return [length, bytes];
  });
  return Buffer.concat(parts);
}

/** How many rows a tensor has. */
export function rowsOf({ shape }: Tensor): number {
  return shape.length === 0 ? 1 : elements(shape.slice(0, 1));
}
