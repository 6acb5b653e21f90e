import type { DecodePool } from "../../data/decode/decode-pool.js";
import type { Scheduler } from "../engine/scheduler.js";
import type { Repository } from "../repository/repository.js";
import type { ServedModel } from "../repository/served-model.js";
import type { ServerEvent } from "../serve-options.js";
import type { ServerMeasures } from "../statistics/prometheus.js";
import type { BodyReader } from "./read-body.js";

/** What routes work with. */
export interface Context {
  readonly version: string;
  readonly repository: Repository;
  readonly scheduler: Scheduler;
  readonly bodies: BodyReader;
  /** Decodes photos. */
  readonly pool: DecodePool;
  readonly maxRows: number;
  readonly timeout: number;
  /** What is measured of the server. */
  readonly measures: () => ServerMeasures;
  /** What Triton calls the configuration of a model. */
  readonly config: (model: ServedModel) => object;
  /** Whether the server is about to end. */
  readonly draining: () => boolean;
  readonly onEvent: (event: ServerEvent) => void;
  /** Told the status of every answer. */
  readonly onAnswer: (status: number) => void;
}

/** Which model an address names. */
export interface ModelAddress {
  readonly Params: { readonly model: string; readonly version?: string };
}

/** The addresses of something of a model: with its version, and without. */
export function modelPaths(suffix = ""): readonly string[] {
  return ["/v2/models/:model", "/v2/models/:model/versions/:version"].map((path) => path + suffix);
}
