import { EngineError, UserError } from "../../errors.js";

/**
 * What a failure of ONNX Runtime means to who asked for a run.
 * @param callers whether it was a mistake of the caller, not of the engine.
 */
export function failureOf(error: Error, callers: boolean): UserError | EngineError {
  const text = error.message.trim();
  if (callers) return new UserError(`onnxruntime: ${text}`);
  if (/ld-linux|GLIBC_|libc\.so\.6/.test(text)) {
    return new UserError(
      `onnxruntime: cannot be loaded (${text.split("\n")[0]}); it needs glibc 2.28 or newer, which musl, as in Alpine, ` +
        "does not replace; use a system with glibc, such as the image node:22-slim",
      { cause: error },
    );
  }
  if (!/Failed to allocate memory|bad_alloc|Aborted\(OOM\)/.test(text)) {
    return new EngineError(`onnxruntime: ${text}`, { cause: error });
  }
  const [bytes] = /\d+$/.exec(text) ?? ["some"];
  return new UserError(`onnxruntime: got no memory for ${bytes} bytes; use a smaller batch, or a machine with more`, {
    option: "batch",
    cause: error,
  });
}
