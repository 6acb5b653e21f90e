import { defineConfig } from "vitest/config";

// Tests run on the compiled files, the ones that ship: `npm run build` comes first.
export default defineConfig({
  test: { include: ["dist/**/*.test.js"], testTimeout: 60_000, hookTimeout: 60_000, pool: "forks", maxWorkers: 2 },
});
