import { EngineError, UserError } from "../../errors.js";
import type { Runtime } from "../../runtime/runtime.js";
import { modelSource } from "./model-source.js";

/**
 * The runtime for a model that may be a user's file: what the engine refuses to open is then a mistake of the file, not
 * a fault of senet.
 * @param model what the user calls it.
 * @param onnx its bytes, where the runtime opens others too.
 */
export function forModelFile(runtime: Runtime, model: string, onnx?: Uint8Array): Runtime {
  if (modelSource(model) !== "file") return runtime;
  return {
    ...runtime,
    open: (bytes, options) =>
      runtime.open(bytes, options).catch((error: unknown) => {
        if (!(error instanceof EngineError) || (onnx !== undefined && bytes !== onnx)) throw error;
        throw new UserError(`${model}: the engine refuses it (${reasonOf(error)}); expected a model that it runs`, {
          cause: error,
        });
      }),
  };
}

/** The engine's reason in one line, without the place in its source. */
function reasonOf({ message }: EngineError): string {
  const [line] = message.replace(/^onnxruntime: /, "").split("\n");
  return line!.replace(/^\/\S+:\d+ .*\) (?=[A-Z])/, "");
}
