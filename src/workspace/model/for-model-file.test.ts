import { describe, expect, it } from "vitest";
import { EngineError, UserError } from "../../errors.js";
import type { Runtime } from "../../runtime/runtime.js";
import { failure } from "../../testing/failure.js";
import { forModelFile } from "./for-model-file.js";

/** A runtime whose engine fails so at every model. */
function failing(error: Error): Runtime {
  return {
    name: "none",
    open: () => Promise.reject(error),
    channelBlock: async () => undefined,
    close: async () => undefined,
  };
}

describe("forModelFile", () => {
  const place = "/engine/model.cc:202 engine::Model::Model(Options&&, const Logger&)";
  const refused = new EngineError(`onnxruntime: ${place} Unsupported model IR version: 99\n`);
  const bytes = new Uint8Array();

  it("blames a file for what the engine refuses to open, in one line", async () => {
    const error = await failure(forModelFile(failing(refused), "a.onnx").open(bytes));
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toBe(
      "a.onnx: the engine refuses it (Unsupported model IR version: 99); expected a model that it runs",
    );
    expect(error.cause).toBe(refused);
  });

  it("leaves failures at senet's own networks, at other models and of other kinds as they are", async () => {
    const closed = new Error("the engine was closed");
    expect(await failure(forModelFile(failing(refused), "resnet20").open(bytes))).toBe(refused);
    expect(await failure(forModelFile(failing(refused), "a.onnx", new Uint8Array()).open(bytes))).toBe(refused);
    expect(await failure(forModelFile(failing(closed), "a.onnx").open(bytes))).toBe(closed);
  });
});
