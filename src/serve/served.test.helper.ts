import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GraphBuilder } from "../graph/builder.js";
import { initialise } from "../graph/initialise.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { squeezeExcite } from "../layers/attention/squeeze-excite.js";
import { conv } from "../layers/conv.js";
import { linear } from "../layers/linear.js";
import { Scope } from "../layers/scope.js";
import { withCard } from "../models/card/model-card.js";
import type { ServeOptions } from "./serve-options.js";
import { type ModelServer, startServer } from "./start-server.js";

/** A network [N, 3, 8, 8] to `classes` logits, with an SE block. @param seed draws its weights. */
export function smallNet({ classes = 4, seed = 1 } = {}): Uint8Array {
  const g = new GraphBuilder("small");
  const p = new Scope(g);
  const x = g.input("x", "float32", ["N", 3, 8, 8]);
  const y = squeezeExcite(p.at("se"), conv(p.at("conv"), x, { channels: 8, kernel: 3 }), { reduction: 2 });
  const pooled = g.call("Flatten", [g.call("GlobalAveragePool", [g.call("Relu", [y])])]);
  g.output(linear(p.at("fc"), pooled, { features: classes }), "logits");
  const graph = g.build();
  const names = Array.from({ length: classes }, (_, i) => `class ${i}`);
  const card = { classes: names, mean: [0.5, 0.4, 0.3], std: [0.2, 0.2, 0.2], resize: 9, provenance: {} };
  return writeOnnx(withCard(graph, card), initialise(graph, seed));
}

/** A file for `models`, and a server of them; both go when `close` is called. */
export interface Served {
  readonly url: string;
  readonly server: ModelServer;
  readonly folder: string;
  /** Asks for an address of the server. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

/** Serves files, by the names that they are given. */
export async function serveFiles(
  files: Readonly<Record<string, Uint8Array>>,
  options: ServeOptions = {},
): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), "senet-serve-"));
  const models = Object.entries(files).map(([name, bytes], i) => {
    const path = join(folder, `${i}.onnx`);
    writeFileSync(path, bytes);
    return `${name}=${path}`;
  });
  const server = await startServer(models, { port: 0, threads: 1, ...options });
  const close = async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { url: server.url, server, folder, ask: (path, init) => fetch(server.url + path, init), close };
}

/** Numbers from −1 to 1 for an input of `rows` rows. */
export function numbersFor(rows: number, seed = 1, size = 3 * 8 * 8): Float32Array {
  return Float32Array.from({ length: rows * size }, (_, i) => Math.sin(seed * 12.9898 + i * 0.78233));
}

/** The body of a request in JSON. */
export function jsonBody(x: Float32Array, more: object = {}, shape = [x.length / 192, 3, 8, 8]): string {
  return JSON.stringify({ inputs: [{ name: "x", shape, datatype: "FP32", data: Array.from(x) }], ...more });
}
