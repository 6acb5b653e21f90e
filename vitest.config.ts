import { defineConfig } from "vitest/config";

/** Ends a test that hangs, never one that is slow: a busy machine takes many times as long as a free one. */
const hangs = 15 * 60_000;

// Tests run on the compiled files, the ones that ship: `npm run build` comes first.
export default defineConfig({
  test: { include: ["dist/**/*.test.js"], testTimeout: hangs, hookTimeout: hangs, pool: "forks", maxWorkers: 2 },
});
