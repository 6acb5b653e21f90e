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
  /** What makes another network of one by name; refused for files and hub ids, whose network is what it is. */
  readonly network?: NetworkOptions | undefined;
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
