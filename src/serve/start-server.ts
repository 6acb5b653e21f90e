import type { AddressInfo } from "node:net";
import { nodeDecodePool } from "../data/node/decode/node-decode-pool.js";
import { usableCores } from "../files/node/machine.js";
import { nodeRuntime } from "../runtime/node/runtime.js";
import type { ModelQuery } from "../workspace/model/model-query.js";
import { senetVersion } from "../workspace/run/version.js";
import { Scheduler } from "./engine/scheduler.js";
import { Worker } from "./engine/worker.js";
import { BodyReader } from "./http/read-body.js";
import { modelPlaces } from "./model-place.js";
import { modelConfig } from "./protocol/model-config.js";
import { type IndexRow, Repository } from "./repository/repository.js";
import type { ServedModel } from "./repository/served-model.js";
import { type ServeOptions, usualServe as usual } from "./serve-options.js";

/** A server of models that listens. */
export interface ModelServer {
  /** `http://127.0.0.1:8080`. */
  readonly url: string;
  /** What it serves. */
  models(): IndexRow[];
  /** Takes no more requests, finishes those that it has, and ends. */
  close(): Promise<void>;
}

/**
 * Serves models over HTTP by the Open Inference Protocol v2, once all are loaded.
 * @param models each as `openClassifier` takes it; `bees=runs/bees` says what it is called in addresses.
 * @throws UserError when a model cannot be served; the system's error when the address cannot be listened on.
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { startServer } from "senet/node";
 *
 * const server = await startServer(["letters=model.onnx"], { port: 0 }); // any port that is free
 * const body = await readFile("photo.jpg");
 * const response = await fetch(`${server.url}/v2/models/letters/classify?top=3`, { method: "POST", body });
 * const { photos } = await response.json();
 * await server.close();
 * console.log(photos[0].answers.length); // 3
 * ```
 */
export async function startServer(
  models: string | readonly (string | ModelQuery)[],
  options: ServeOptions = {},
): Promise<ModelServer> {
  const places = modelPlaces([models].flat());
  const { host = usual.host, port = usual.port, maxBody = usual.maxBody, maxRows = usual.maxRows } = options;
  const { maxBatch = usual.maxBatch, maxDelay = usual.maxDelay, maxQueue = usual.maxQueue } = options;
  const { timeout = usual.timeout, workers: count = 1, threads = usableCores(), onEvent = () => {} } = options;
  const { apiKey, origins = [] } = options;
  const perWorker = Math.max(1, Math.floor(threads / count));
  let workerDeaths = 0;
  const died = (reason: Error) => {
    workerDeaths++;
    onEvent({ level: "error", event: "worker died", reason: reason.message });
  };
  const start = () => nodeRuntime({ threads: perWorker, spin: false });
  const workers = Array.from({ length: count }, () => new Worker(start, died));
  const scheduler = new Scheduler(workers, { maxBatch, maxDelay, maxQueue });
  const repository = new Repository(places, workers, scheduler, options, (event, model, milliseconds) =>
    onEvent({ level: event === "rows-alone" ? "warn" : "info", event, model, milliseconds }),
  );
  const pool = nodeDecodePool();
  let draining = false;
  const end = async () => void (await Promise.all([...workers, pool].map((threads) => threads.close())));
  try {
    const bodies = new BodyReader({ maxBody, maxBodies: Math.max(2 ** 30, maxBody) });
    const answers = new Map<number, number>();
    const measures = () => ({
      waitingRows: scheduler.waiting,
      maxQueue,
      workers: workers.length,
      busyWorkers: workers.filter(({ busy }) => busy).length,
      workerDeaths,
      bodyBytes: bodies.held,
      residentBytes: process.memoryUsage.rss(),
      answers,
    });
    const config = ({ name, servable }: ServedModel) => modelConfig(name, servable, maxBatch, servable.joins);
    // The engine's thread starts and opens the first model while the server's own files are read.
    const loading = repository.loadAll();
    loading.catch(() => {}); // heard of below
    const { buildApp } = await import("./http/build-app.js");
    const app = await buildApp(
      {
        ...{ version: senetVersion(), repository, scheduler, bodies, pool, maxRows, timeout, measures, config },
        draining: () => draining,
        onEvent,
        onAnswer: (status) => answers.set(status, (answers.get(status) ?? 0) + 1),
      },
      { apiKey, origins },
    );
    await loading;
    await app.listen({ host, port });
    const address = app.server.address() as AddressInfo;
    const shown = address.family === "IPv6" ? `[${address.address}]` : address.address;
    const close = async () => {
      draining = true;
      await app.close();
      await end();
    };
    return { url: `http://${shown}:${address.port}`, models: () => repository.index(), close };
  } catch (error) {
    await end();
    throw error;
  }
}
