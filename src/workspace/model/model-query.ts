import type { ModelOptions } from "../../models/index.js";
import type { OnNotice } from "../../notice.js";
import type { HubSettings } from "../../weights/hub/node/hub-settings.js";

/** What says which model. */
export interface ModelQuery {
  /**
   * A network by its published name, an `.onnx` file, the folder of a run, or a hub id such as
   * `timm/seresnet50.a1_in1k`.
   */
  readonly model: string;
  /** Weights in the place of its own: a file of tensors, the folder of a run, or a hub id. */
  readonly weights?: string | undefined;
  /** How those weights are taken, where they are a file. */
  readonly taking?: WeightsTaking | undefined;
  /** What makes another network of one by name; refused for files and hub ids, whose network is what it is. */
  readonly network?: NetworkOptions | undefined;
}

/** Which tensors of a file are weights. */
export interface WeightsTaking {
  /** Which part of a training checkpoint to take, such as `model_ema`; the usual ones by default. */
  readonly entry?: string | undefined;
  /** What is taken off names; tensors whose names do not begin so are left alone. By default what all names share. */
  readonly prefix?: string | undefined;
  /** Whether tensors that the network does not have are left out instead of refused. */
  readonly allowSurplus?: boolean | undefined;
}

/** Options of a network by name. */
export type NetworkOptions = {
  readonly [K in "classes" | "attention" | "start" | "shortcut" | "aux"]?: ModelOptions[K] | undefined;
};

/** How the opening of a model is followed and stopped, and where models of the hub come from. */
export interface Opening {
  /** Stops what is being fetched; the part that came is kept. */
  readonly signal?: AbortSignal | undefined;
  /** Called while a file of the hub comes, with the bytes there are and how many there will be. */
  readonly onProgress?: ((file: string, bytes: number, total: number) => void) | undefined;
  /** Told what a user should know. */
  readonly onNotice?: OnNotice | undefined;
  /** Where models of the hub come from and go, in the place of what the environment says: `{ offline: true }`. */
  readonly hub?: Partial<HubSettings> | undefined;
}

/** The query that a text alone is. */
export function queryOf(model: string | ModelQuery): ModelQuery {
  return typeof model === "string" ? { model } : model;
}
