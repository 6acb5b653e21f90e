import { UserError } from "../errors.js";
import type { HubModel, HubNetwork, OpenHubModelOptions } from "../weights/node/open-hub-model.js";
import { type FollowOptions, followHub } from "./follow-hub.js";

/**
 * The model that a hub id stands for, with progress on the terminal while it comes.
 * @throws UserError as `openHubModel`.
 */
export async function openHub(id: string, options: OpenHubModelOptions = {}): Promise<HubModel> {
  const { openHubModel } = await import("../weights/node/open-hub-model.js");
  const open = (following: FollowOptions) => openHubModel(id, { ...options, ...following });
  return orNoFile(id, () => followHub(open, options.onNotice));
}

/** The network alone: only its `config.json` is fetched. @throws UserError as `openHubModel`. */
export async function openHubGraph(id: string, options: OpenHubModelOptions = {}): Promise<HubNetwork> {
  const { openHubNetwork } = await import("../weights/node/open-hub-model.js");
  const open = (following: FollowOptions) => openHubNetwork(id, { ...options, ...following });
  return orNoFile(id, () => followHub(open, options.onNotice));
}

/** Who mistypes a path, such as that of a run, asks for a repository: the error says that there is no file either. */
async function orNoFile<T>(id: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    const { HubMissing, HubUnreachable } = await import("../weights/node/hub-api.js");
    const { hasHubPrefix } = await import("../weights/hub-id.js");
    const absent = error instanceof HubMissing || error instanceof HubUnreachable;
    throw absent && !hasHubPrefix(id) ? new UserError(`no file ${id} here, and ${error.message}`) : error;
  }
}
