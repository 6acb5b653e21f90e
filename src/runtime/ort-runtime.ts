import type { Tensor } from "../graph/tensor.js";
import { probeChannelBlock } from "./channel-block.js";
import { failureOf } from "./ort/failure-of.js";
import { Misfit } from "./ort/misfit.js";
import { asError, openOrt } from "./ort/open-ort.js";
import type { OrtModule, OrtSessionOptions } from "./ort/ort-module.js";
import type { OpenOptions, Runtime, Session, Tensors } from "./runtime.js";

/**
 * Makes a runtime of an ONNX Runtime that the caller has imported: `onnxruntime-web` in a page, on its WebAssembly or,
 * with `{ executionProviders: ["webgpu"] }`, on the GPU; or any other module of ONNX Runtime's JavaScript interface. It
 * answers and it trains, in the thread that it is called in. In Node, `nodeRuntime` keeps that thread free.
 *
 * onnxruntime-web fetches its `.wasm` and `.mjs` files when the first graph is opened: from where its own file lies, or
 * from the folder that `ort.env.wasm.wasmPaths` names. A page in all:
 *
 * ```ts
 * import * as ort from "onnxruntime-web";
 * import { openClassifier, ortRuntime } from "senet";
 *
 * ort.env.wasm.wasmPaths = "/ort/"; // a copy of node_modules/onnxruntime-web/dist
 * const bytes = new Uint8Array(await (await fetch("model.onnx")).arrayBuffer());
 * const classifier = await openClassifier({ runtime: ortRuntime(ort), model: bytes });
 * const image = await createImageBitmap(file); // of an <input type="file">
 * const context = new OffscreenCanvas(image.width, image.height).getContext("2d")!;
 * context.drawImage(image, 0, 0);
 * const pixels = context.getImageData(0, 0, image.width, image.height);
 * for (const { label, probability } of await classifier.classify(pixels)) show(label, probability);
 * ```
 * @param ort the module, as it is imported.
 * @param options of each session, such as `{ executionProviders: ["webgpu"] }`.
 * @example
 * ```ts
 * import * as ort from "onnxruntime-node"; // in a page: "onnxruntime-web"
 * import { float32, floatsOf, ortRuntime, writeOnnx } from "senet";
 * import { readModel } from "senet/node";
 *
 * const { graph, weights } = readModel("model.onnx");
 * const runtime = ortRuntime(ort);
 * const session = await runtime.open(writeOnnx(graph, weights));
 * const { logits } = await session.run({ x: float32([1, 3, 32, 32], new Float32Array(3 * 32 * 32)) });
 * await runtime.close();
 * console.log(floatsOf(logits).length); // 26
 * ```
 */
export function ortRuntime(ort: OrtModule, options: OrtSessionOptions = {}): Runtime {
  const use = { ort, options: { logSeverityLevel: 3, ...options }, state: "new" } as const;
  const sessions = new Set<Session>();
  let last: Promise<unknown> = Promise.resolve();
  let closed = false;

  /** One piece of work after the other: a session must not run twice at a time. */
  function queued<T>(work: () => Promise<T>): Promise<T> {
    if (closed) return Promise.reject(new Error("onnxruntime: the engine was closed; open a new runtime"));
    const result = last.then(work).catch((error: unknown) => {
      throw failureOf(asError(error), error instanceof Misfit);
    });
    last = result.catch(() => undefined);
    return result;
  }

  let channelBlock: Promise<number | undefined> | undefined;
  const runtime: Runtime = {
    name: nameOf(ort, options),
    async open(onnx, given: OpenOptions = {}) {
      const { resident, next, outputs } = given;
      const own = resident && !given.takeOver ? copied(resident) : resident;
      const session = await queued(() =>
        openOrt(use, onnx, { ...(own && { resident: own }), ...(next && { next }), outputs }),
      );
      sessions.add(session);
      return {
        run: (feeds: Tensors) => queued(() => session.run(feeds)),
        time: (feeds, repeats) => queued(() => session.time(feeds, repeats)),
        read: (names) => queued(async () => copied(await session.read(names))),
        write: (values) => queued(() => session.write(copied(values))),
        release: () =>
          queued(async () => {
            await session.release();
            sessions.delete(session);
          }),
      };
    },
    channelBlock() {
      channelBlock ??= probeChannelBlock(runtime);
      return channelBlock;
    },
    async close() {
      closed = true;
      await last;
      for (const session of sessions) await session.release();
      sessions.clear();
    },
  };
  return runtime;
}

/** Values that the caller may change without changing the engine's, and the other way round. */
function copied(values: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  return new Map([...values].map(([name, tensor]) => [name, { ...tensor, data: tensor.data.slice() }]));
}

/** `onnxruntime-web 1.30.0 (webgpu)`. */
function nameOf({ env }: OrtModule, { executionProviders: providers }: OrtSessionOptions): string {
  const { web, node, common } = env?.versions ?? {};
  const [kind, version] = web ? ["-web", web] : node ? ["-node", node] : ["", common ?? "of unknown version"];
  const names = Array.isArray(providers) ? ` (${providers.map((one) => one?.name ?? one).join(", ")})` : "";
  return `onnxruntime${kind} ${version}${names}`;
}
