import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: at("."),
  base: "./", // any folder of any host
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  resolve: {
    alias: [
      { find: /^senet$/, replacement: at("../../dist/exports/senet.js") },
      { find: /^senet\/(.+)$/, replacement: `${at("../../dist/exports")}/$1.js` },
    ],
  },
  build: { outDir: at("../../dist/studio"), emptyOutDir: true, target: "es2022", assetsInlineLimit: 0 },
  worker: { format: "es" },
});
