import type { HubModel, HubNetwork, OpenHubModelOptions } from "../weights/node/open-hub-model.js";
import { followHub } from "./follow-hub.js";

/**
 * The model that a hub id stands for, with progress on the terminal while it comes.
 * @throws UserError as `openHubModel`.
 */
export async function openHub(id: string, options: OpenHubModelOptions = {}): Promise<HubModel> {
  const { openHubModel } = await import("../weights/node/open-hub-model.js");
  return followHub((following) => openHubModel(id, { ...following, ...options }));
}

/** The network alone: only its `config.json` is fetched. @throws UserError as `openHubModel`. */
export async function openHubGraph(id: string, options: OpenHubModelOptions = {}): Promise<HubNetwork> {
  const { openHubNetwork } = await import("../weights/node/open-hub-model.js");
  return followHub((following) => openHubNetwork(id, { ...following, ...options }));
}
