import { defineConfig } from "vitest/config";

/** Ends a test that hangs, never one that is slow: a busy machine takes many times as long as a free one. */
const hangs = 15 * 60_000;

// Tests run on the compiled files, the ones that ship: `npm run build` comes first. Node itself loads them, once for all
// files of a worker: loaded anew for every file, they and ONNX Runtime take more time than the tests.
export default defineConfig({
  test: {
    include: ["dist/**/*.test.js"],
    setupFiles: ["dist/testing/set-up.js"],
    testTimeout: hangs,
    hookTimeout: hangs,
    pool: "forks",
    maxWorkers: 2,
    isolate: false,
    server: { deps: { external: [/\/dist\/(?!.*\.test\.js$)/] } },
  },
});
