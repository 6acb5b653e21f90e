import type { Tensors } from "../../runtime/runtime.js";
import { refuse } from "../refusal.js";
import { fromBinary, heldAs } from "./datatypes.js";
import type { InferJson, Parameters } from "./infer-json.js";
import { checkInputs, inWords, type TensorSpec } from "./tensor-spec.js";

/** An output as it is wanted. */
export interface WantedOutput {
  readonly name: string;
  /** Whether it is sent as bytes. */
  readonly binary: boolean;
  /** How many of its likeliest classes are wanted in its place; undefined for the numbers. */
  readonly classes: number | undefined;
}

/** An inference request that fits a model. */
export interface InferRequest {
  readonly id: string | undefined;
  readonly feeds: Tensors;
  readonly outputs: readonly WantedOutput[];
  /** Milliseconds that it may wait for its turn; undefined for as long as the server has it. */
  readonly timeout: number | undefined;
}

/** What a model takes and gives. */
export interface ModelInterface {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}

/**
 * Joins the JSON of a request with the bytes behind it.
 * @throws Refusal where they are not those that the JSON tells of, or do not fit the model.
 */
export function inferRequest(json: InferJson, binary: Uint8Array, model: ModelInterface): InferRequest {
  let at = 0;
  const inputs = json.inputs.map(({ name, datatype, shape, tensor, binarySize = 0 }) => {
    if (tensor !== undefined) return { name, datatype, tensor };
    const bytes = binary.subarray(at, at + binarySize);
    at += binarySize;
    if (bytes.length < binarySize) {
      refuse(`got ${bytes.length} bytes for ${name} behind the JSON; expected ${binarySize}`);
    }
    return { name, datatype, tensor: fromBinary(datatype, shape, bytes) };
  });
  if (at !== binary.length) refuse(`got ${binary.length} bytes behind the JSON; expected ${at}, as its inputs say`);
  return {
    id: json.id,
    feeds: checkInputs(model.inputs, inputs),
    outputs: wantedOutputs(json, model),
    timeout: timeoutOf(json.parameters),
  };
}

/**
 * A request that is nothing but the bytes of the only input of a model; its answers come as bytes.
 * @throws Refusal where the model has several inputs, or the bytes are of no whole number of rows.
 */
export function rawRequest(bytes: Uint8Array, { inputs, outputs }: ModelInterface): InferRequest {
  const [spec, ...others] = inputs;
  if (spec === undefined || others.length > 0) refuse(`got bytes alone; expected JSON for ${inputs.length} inputs`);
  const open = spec.shape.filter((size) => size === -1).length;
  if (open > 1) refuse(`got bytes alone; expected JSON that says the shape of ${inWords(spec)}`);
  const fixed = spec.shape.reduce((product, size) => (size === -1 ? product : product * size), 1);
  const size = bytes.length / (fixed * heldAs(spec.datatype).bytes);
  if (!Number.isInteger(size) || size === 0 || (open === 0 && size !== 1)) {
    refuse(`got ${bytes.length} bytes; expected ${inWords(spec)}`);
  }
  const shape = spec.shape.map((extent) => (extent === -1 ? size : extent));
  return {
    id: undefined,
    feeds: { [spec.name]: fromBinary(spec.datatype, shape, bytes) },
    outputs: outputs.map(({ name }) => ({ name, binary: true, classes: undefined })),
    timeout: undefined,
  };
}

function wantedOutputs({ outputs, parameters }: InferJson, model: ModelInterface): WantedOutput[] {
  const usual = flagOf(parameters, "binary_data_output") ?? false;
  if (outputs === undefined || outputs.length === 0) {
    return model.outputs.map(({ name }) => ({ name, binary: usual, classes: undefined }));
  }
  return outputs.map(({ name, parameters: own }) => {
    if (!model.outputs.some((output) => output.name === name)) {
      refuse(`got output ${JSON.stringify(name)}; expected some of ${model.outputs.map((o) => o.name).join(", ")}`);
    }
    return { name, binary: flagOf(own, "binary_data") ?? usual, classes: classesOf(own) };
  });
}

function flagOf(parameters: Parameters, name: string): boolean | undefined {
  const value = parameters[name];
  if (value === undefined || typeof value === "boolean") return value;
  return refuse(`got ${name} ${JSON.stringify(value)}; expected true or false`);
}

function classesOf({ classification }: Parameters): number | undefined {
  if (classification === undefined) return undefined;
  if (Number.isSafeInteger(classification) && (classification as number) > 0) return classification as number;
  return refuse(`got classification ${JSON.stringify(classification)}; expected a whole number from 1`);
}

/** Triton's `timeout`, in microseconds. */
function timeoutOf({ timeout }: Parameters): number | undefined {
  if (timeout === undefined) return undefined;
  if (typeof timeout === "number" && Number.isFinite(timeout) && timeout >= 0)
    return timeout === 0 ? undefined : timeout / 1000;
  return refuse(`got timeout ${JSON.stringify(timeout)}; expected microseconds`);
}
