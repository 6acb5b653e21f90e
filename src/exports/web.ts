/**
 * What needs a page: the engine in a worker. It stands beside `senet`, whose functions run there as they are.
 * @module senet/web
 */

export type { WebDevice } from "../runtime/web/find-device.js";
export { type WebRuntime, type WebRuntimeOptions, webRuntime } from "../runtime/web/web-runtime.js";
