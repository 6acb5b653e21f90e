import type * as Ort from "onnxruntime-web";
import { GraphBuilder } from "../../graph/builder.js";
import { writeOnnx } from "../../graph/onnx/write-onnx.js";
import { float32 } from "../../graph/tensor.js";
import { asError, type OrtUse } from "../ort/open-ort.js";
import type { Call } from "../worker/protocol.js";
import { serveSessions } from "../worker/serve-sessions.js";
import type { Build, EngineSettings, EngineWord } from "./engine-settings.js";

// Types of the page's side of a worker's scope, which TypeScript keeps in a library of its own.
const scope = globalThis as unknown as {
  readonly name: string;
  onmessage: ((event: { data: unknown }) => void) | null;
  postMessage(message: unknown): void;
};

/**
 * What the worker of an engine does: it hears its settings, starts the engine and answers calls. The threads of the
 * engine itself may be opened from the same file, which then has nothing to do.
 */
export function serveEngine(ort: typeof Ort, build: Build): void {
  if (scope.name.startsWith("em-pthread")) return;
  const tell = (word: EngineWord) => scope.postMessage(word);
  scope.onmessage = async ({ data }) => {
    try {
      const use = await startEngine(ort, build, data as EngineSettings, tell);
      const serve = serveSessions(
        () => use,
        (reply) => scope.postMessage(reply),
      );
      scope.onmessage = ({ data }) => serve(data as Call);
      tell({ word: "ready", version: ort.env.versions.web ?? ort.env.versions.common });
    } catch (error) {
      tell({ word: "failed", reason: asError(error).message });
    }
  };
}

/**
 * Opens and runs a graph of one node, which loads the engine's files and, with WebGPU, opens the GPU. Its session stays:
 * ONNX Runtime destroys the device with the last one.
 */
async function startEngine(
  ort: typeof Ort,
  build: Build,
  { threads, files }: EngineSettings,
  tell: (word: EngineWord) => void,
): Promise<OrtUse> {
  const { wasm, webgpu } = ort.env;
  ort.env.logLevel = "error";
  wasm.numThreads = threads;
  if (files !== undefined) wasm.wasmPaths = files;
  const provider = build === "wasm" ? "wasm" : "webgpu";
  const options = { executionProviders: [provider], logSeverityLevel: 3 } as const;
  const g = new GraphBuilder("probe");
  g.output(g.call("Neg", [g.input("x", "float32", [1])]), "y");
  const session = await ort.InferenceSession.create(writeOnnx(g.build()), options);
  const { type, data, shape } = { type: "float32", ...float32([1], [1]) } as const;
  await session.run({ x: new ort.Tensor(type, data, shape) });
  if (build === "wasm") return { ort, options, state: "new" };
  const device = (await webgpu.device) as unknown as { lost: Promise<{ message: string; reason: string }> };
  void device.lost.then(({ message, reason }) => tell({ word: "lost", reason: message || reason }));
  return { ort, options, state: "gpu" };
}
