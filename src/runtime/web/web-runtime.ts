import { checkBound, wholes } from "../../bounds.js";
import { UserError } from "../../errors.js";
import { failureOf } from "../ort/failure-of.js";
import type { Runtime } from "../runtime.js";
import { askWorker } from "../worker/ask-worker.js";
import type { Reply } from "../worker/protocol.js";
import type { Build, EngineSettings, EngineWord } from "./engine-settings.js";
import { findDevice, type WebDevice } from "./find-device.js";

/** Options of the runtime in a page. */
export interface WebRuntimeOptions {
  /** `auto` by default: the graphics card where the browser gives one, WebAssembly elsewhere. */
  readonly device?: WebDevice | undefined;
  /** Threads of WebAssembly; all cores, at most eight, by default, and one where the page is not isolated. */
  readonly threads?: number | undefined;
  /**
   * The folder that onnxruntime-web's `.mjs` and `.wasm` files are fetched from, such as `/ort/` or that of a CDN.
   * By default they lie where the bundler has put them, or beside the file of the worker.
   */
  readonly files?: string | undefined;
}

/** An engine in a page. */
export interface WebRuntime extends Runtime {
  /** What runs: `webgpu` or `wasm`, never another one than `name` says. */
  readonly device: "webgpu" | "wasm";
  /** Threads of WebAssembly. */
  readonly threads: number;
  /** A line for each better way that `auto` passed over in this browser, with the reason and what to do. */
  readonly passedOver: readonly string[];
}

/**
 * Starts ONNX Runtime in a worker of the page, so that the page stays awake while a graph runs. It answers and it
 * trains. onnxruntime-web, which the page's project installs, comes in three builds, of which one is loaded: for WebGPU
 * where the browser has JSPI, for WebGPU elsewhere, and for WebAssembly. What a training step carries on stays on the
 * graphics card between steps.
 * @throws UserError when the device is not there, or the engine's files are not found.
 * @example
 * ```ts
 * import { float32, floatsOf } from "senet";
 * import { webRuntime } from "senet/web";
 *
 * const runtime = await webRuntime({ device: "auto" });
 * console.log(runtime.name, runtime.passedOver);
 * const bytes = new Uint8Array(await (await fetch("model.onnx")).arrayBuffer());
 * const session = await runtime.open(bytes);
 * const { logits } = await session.run({ x: float32([1, 3, 32, 32], new Float32Array(3 * 32 * 32)) });
 * await runtime.close();
 * console.log(floatsOf(logits).length);
 * ```
 */
export async function webRuntime({ device = "auto", threads, files }: WebRuntimeOptions = {}): Promise<WebRuntime> {
  if (threads !== undefined) checkBound("webRuntime", "threads", threads, wholes(1, 64));
  const found = await findDevice(device, threads);
  const worker = workers[found.build]();
  const version = await started(worker, {
    threads: found.threads,
    files:
      files === undefined
        ? undefined
        : new URL(files.replace(/\/*$/, "/"), globalThis.document?.baseURI ?? location.href).href,
  }).catch((error: unknown) => {
    worker.terminate();
    throw error;
  });
  const runtime = askWorker(`onnxruntime-web ${version} (${described(found)})`, (events) => {
    worker.onmessage = ({ data }: MessageEvent<Reply | EngineWord>) => {
      if (!("word" in data)) events.reply(data);
      else if (data.word === "lost") events.failed(lost(data.reason));
    };
    worker.onerror = ({ message }) => events.failed(failureOf(new Error(message), false));
    return {
      post: (call, transferred) => worker.postMessage(call, transferred),
      busy() {},
      end: async () => worker.terminate(),
    };
  });
  return {
    ...runtime,
    device: found.build === "wasm" ? "wasm" : "webgpu",
    threads: found.threads,
    passedOver: found.passedOver,
  };
}

/** The file of each build's worker, written as bundlers look for it. */
const workers: Readonly<Record<Build, () => Worker>> = {
  wasm: () => new Worker(new URL("./wasm-engine.js", import.meta.url), { type: "module" }),
  jspi: () => new Worker(new URL("./jspi-engine.js", import.meta.url), { type: "module" }),
  asyncify: () => new Worker(new URL("./asyncify-engine.js", import.meta.url), { type: "module" }),
};

/** Waits until the engine of a worker is ready. @returns its version. */
function started(worker: Worker, settings: EngineSettings): Promise<string> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<EngineWord>) => {
      if (data.word === "ready") resolve(data.version);
      else reject(unstarted(data.reason));
    };
    worker.onerror = ({ message }) => reject(unstarted(message || "its worker's file was not found"));
    worker.postMessage(settings);
  });
}

function unstarted(reason: string): UserError {
  return new UserError(
    `webRuntime: onnxruntime-web cannot be started (${reason.split("\n")[0]}); let the page's bundler take senet's workers and ` +
      "onnxruntime-web's files, or say where they lie by files",
    { option: "files" },
  );
}

function lost(reason: string): UserError {
  return new UserError(
    `onnxruntime: the graphics card was lost (${reason}); open a new runtime and go on from the last checkpoint`,
    { option: "device" },
  );
}

function described({ build, threads }: { readonly build: Build; readonly threads: number }): string {
  return build === "wasm" ? `wasm, ${threads} ${threads === 1 ? "thread" : "threads"}` : `webgpu by ${build}`;
}
