import { signal } from "@preact/signals";
import { type WebRuntime, webRuntime } from "senet/web";

/** What runs, in words, for the corner of the page. */
export const device = signal("");

let started: Promise<WebRuntime> | undefined;

/**
 * The engine of the page, which is started when it is first needed. Small networks answer sooner on WebAssembly than on a
 * graphics card, so that is what looks and drawings use.
 */
export function engine(): Promise<WebRuntime> {
  started ??= start();
  return started;
}

async function start(): Promise<WebRuntime> {
  device.value = "starting the engine …";
  try {
    const runtime = await webRuntime({ device: "wasm" });
    device.value = `WebAssembly, ${runtime.threads} ${runtime.threads === 1 ? "thread" : "threads"}`;
    return runtime;
  } catch (error) {
    device.value = "no engine";
    started = undefined;
    throw error;
  }
}
