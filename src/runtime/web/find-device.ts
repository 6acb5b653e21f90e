import { UserError } from "../../errors.js";
import type { Build } from "./engine-settings.js";

/** What a page asks for. */
export type WebDevice = "auto" | "webgpu" | "wasm";

/** An engine that this browser can run, and what better ones lack. */
export interface FoundDevice {
  readonly build: Build;
  readonly threads: number;
  /** A line for each better way that was passed over, with the reason and what to do. */
  readonly passedOver: readonly string[];
}

/** More threads than this gain little and cost a worker each. */
const mostThreads = 8;

/** What is asked of a browser here; types of WebGPU are none of TypeScript's own. */
interface Gpu {
  requestAdapter(): Promise<{ readonly info?: { readonly isFallbackAdapter?: boolean; vendor?: string } } | null>;
}

/**
 * Finds the engine for a device in this browser. `auto` takes the GPU where there is one, then WebAssembly.
 * @throws UserError when what was asked for by name is not there.
 */
export async function findDevice(device: WebDevice, threads: number | undefined): Promise<FoundDevice> {
  if (device === "wasm") return onWasm(threads, []);
  const lack = await lackOfGpu(device === "webgpu");
  if (lack === undefined) return { build: suspends() ? "jspi" : "asyncify", threads: 1, passedOver: [] };
  if (device === "webgpu") throw new UserError(`webRuntime: got device webgpu, but ${lack}`, { option: "device" });
  return onWasm(threads, [`webgpu: ${lack}`]);
}

/** Whether WebAssembly can wait for promises by itself here (JSPI): a smaller engine with less work at each call. */
function suspends(): boolean {
  return "Suspending" in WebAssembly;
}

/** @param wanted whether a GPU in software serves too, which is for tests: it is slower than WebAssembly. */
async function lackOfGpu(wanted: boolean): Promise<string | undefined> {
  const { gpu } = navigator as { readonly gpu?: Gpu };
  if (gpu === undefined) {
    return globalThis.isSecureContext
      ? "this browser has no WebGPU; use a newer one, or switch it on"
      : "WebGPU needs a page from https or localhost; serve the page so";
  }
  const adapter = await gpu.requestAdapter().catch(() => null);
  if (adapter === null) return "WebGPU finds no graphics card; update its driver, or switch hardware acceleration on";
  if (!wanted && adapter.info?.isFallbackAdapter)
    return "WebGPU has no graphics card here, only software, which is slow";
  return undefined;
}

function onWasm(threads: number | undefined, passedOver: readonly string[]): FoundDevice {
  const cores = Math.min(navigator.hardwareConcurrency || 1, mostThreads);
  if (globalThis.crossOriginIsolated || threads === 1) return { build: "wasm", threads: threads ?? cores, passedOver };
  const lack =
    "the page is not isolated; serve it with the headers Cross-Origin-Opener-Policy: same-origin and " +
    "Cross-Origin-Embedder-Policy: require-corp";
  if (threads !== undefined) {
    throw new UserError(`webRuntime: got threads ${threads}, but ${lack}`, { option: "threads" });
  }
  const alone = cores === 1 ? [] : [`${cores} threads: ${lack}`];
  return { build: "wasm", threads: 1, passedOver: [...passedOver, ...alone] };
}
