import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

// The engine for graphics cards would make the page three times as large. What is asked for it answers that it is not here.
const webAssemblyAlone = {
  name: "webassembly-alone",
  load(id) {
    if (!/[\\/](jspi|asyncify)-engine\.js$/.test(id)) return null;
    const answer = '{ word: "failed", reason: "this page was built for WebAssembly alone" }';
    return `self.onmessage = () => self.postMessage(${answer});`;
  },
};

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
  build: { outDir: at("../../dist/studio-page"), emptyOutDir: true, target: "es2022", assetsInlineLimit: 0 },
  worker: { format: "es", plugins: () => [webAssemblyAlone] },
});
