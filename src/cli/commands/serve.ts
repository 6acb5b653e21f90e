import { Command, Option } from "commander";
import { wholes } from "../../bounds.js";
import { workerBound } from "../../files/node/machine.js";
import { serverKey } from "../../files/node/settings.js";
import type { ServerEvent } from "../../serve/serve-options.js";
import { usualServe as usual } from "../../serve/serve-options.js";
import { modelSources } from "../../workspace/model/model-source.js";
import { type ClassifierFlags, classifierOf, classifierOptions } from "../flags/classifier-options.js";
import { hubOf } from "../flags/model-options.js";
import { number } from "../flags/number-option.js";
import { engineOptionsOf, threadsOption, under } from "../flags/options.js";
import { opening } from "../terminal/follow-hub.js";
import { say } from "../terminal/print.js";
import { eventLine, served } from "../terminal/served.js";

interface ServeFlags extends Omit<ClassifierFlags, "model"> {
  readonly host: string;
  readonly port: number;
  readonly workers: number;
  readonly threads?: number;
  readonly maxBatch: number;
  readonly maxDelay: number;
  readonly maxQueue: number;
  readonly timeout: number;
  readonly maxBody: number;
  readonly maxRows: number;
  readonly cors?: string;
  readonly apiKey?: string;
  readonly log: (typeof levels)[number];
}

/** From what says most to what says least; `debug` has every request. */
const levels = ["debug", "info", "warn", "error", "none"] as const;

const milliseconds = wholes(0, 86_400_000);

/** `senet serve`: models behind an address. */
export const serve = new Command("serve")
  .argument("<models...>", `${modelSources}; NAME=MODEL says what it is called, NAME:2=MODEL its version too`)
  .option("--host <address>", "address to listen on; 0.0.0.0 lets other machines ask", usual.host)
  .addOption(number("--port <n>", "port to listen on; 0 takes any that is free", wholes(0, 65_535), usual.port))
  .addOption(number("--workers <n>", "threads that run models; the cores are divided among them", workerBound(), 1))
  .addOption(threadsOption())
  .addOption(number("--max-batch <n>", "most rows of requests that run as one", wholes(1, 4096), usual.maxBatch))
  .addOption(
    number("--max-delay <ms>", "time that a request waits for others though a worker is idle", milliseconds, 0),
  )
  .addOption(
    number("--max-queue <n>", "most rows that wait; more are refused with 503", wholes(1, 2 ** 20), usual.maxQueue),
  )
  .addOption(number("--timeout <ms>", "time that a request may wait for its turn", milliseconds, usual.timeout))
  .addOption(number("--max-body <bytes>", "most bytes of a request", wholes(1, 2 ** 31), usual.maxBody))
  .addOption(number("--max-rows <n>", "most rows or photos of a request", wholes(1, 65_536), usual.maxRows))
  .option("--cors <origins>", "origins whose pages may ask, with commas between: https://example.org; * is all")
  .option("--api-key <key>", "what requests must show as Authorization: Bearer KEY (default: $SENET_API_KEY)")
  .addOption(
    new Option("--log <level>", "events on standard error, a JSON object a line").choices(levels).default("info"),
  )
  .action(run);
for (const option of under("Model:", classifierOptions())) serve.addOption(option);

async function run(models: readonly string[], flags: ServeFlags, command: Command): Promise<void> {
  const { host, port, workers, maxBatch, maxDelay, maxQueue, timeout, maxBody, maxRows } = flags;
  const { startServer } = await import("../../serve/start-server.js");
  const { threads } = engineOptionsOf(flags);
  const queries = models.map((model) => classifierOf({ ...flags, model }));
  const guarded = { apiKey: flags.apiKey ?? serverKey(), origins: flags.cors?.split(",").map((one) => one.trim()) };
  const onEvent = (event: ServerEvent) => {
    if (levels.indexOf(event.level) >= levels.indexOf(flags.log)) say(eventLine(event));
  };
  const limits = { maxBatch, maxDelay, maxQueue, timeout, maxBody, maxRows };
  const server = await opening({ models: queries.map(({ query }) => query), hub: hubOf(command) }, (following) =>
    startServer(
      queries.map(({ query }) => query),
      { ...queries[0]!.options, ...following, host, port, workers, threads, ...limits, ...guarded, onEvent },
    ),
  );
  await served(server);
}
