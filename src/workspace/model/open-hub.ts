import { type FollowOptions, followHub } from "../../cli/terminal/follow-hub.js";
import { UserError } from "../../errors.js";
import type { Graph } from "../../graph/graph.js";
import type {
  HubModel,
  HubNetwork,
  HubWeights,
  OpenHubModelOptions,
  PulledModel,
} from "../../weights/hub/node/open-hub-model.js";

/**
 * The model that a hub id stands for, with progress on the terminal while it comes.
 * @throws UserError as `openHubModel`.
 */
export async function openHub(id: string, options: OpenHubModelOptions = {}): Promise<HubModel> {
  const { openHubModel } = await import("../../weights/hub/node/open-hub-model.js");
  const open = (following: FollowOptions) => openHubModel(id, { ...options, ...following });
  return orNoFile(id, () => followHub(open, options.onNotice));
}

/** The network alone: only its `config.json` is fetched. @throws UserError as `openHubModel`. */
export async function openHubGraph(id: string, options: OpenHubModelOptions = {}): Promise<HubNetwork> {
  const { openHubNetwork } = await import("../../weights/hub/node/open-hub-model.js");
  const open = (following: FollowOptions) => openHubNetwork(id, { ...options, ...following });
  return orNoFile(id, () => followHub(open, options.onNotice));
}

/**
 * The published weights for a network that is here, and what the repository says of images and classes.
 * @throws UserError as `openHubWeights`.
 */
export async function openHubFor(id: string, graph: Graph, options: OpenHubModelOptions = {}): Promise<HubWeights> {
  const { openHubWeights } = await import("../../weights/hub/node/open-hub-model.js");
  const open = (following: FollowOptions) => openHubWeights(id, graph, { ...options, ...following });
  return orNoFile(id, () => followHub(open, options.onNotice));
}

/** The files of a repository, in the cache. @throws UserError as `pullHubModel`. */
export async function pullHub(id: string): Promise<PulledModel> {
  const { pullHubModel } = await import("../../weights/hub/node/open-hub-model.js");
  const { parseHubId } = await import("../../weights/hub/hub-id.js");
  return orNoFile(id, () => followHub((following) => pullHubModel(parseHubId(id), following)));
}

/** Who mistypes a path, such as that of a run, asks for a repository: the error says that there is no file either. */
async function orNoFile<T>(id: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    const { HubMissing, HubUnreachable } = await import("../../weights/hub/node/hub-api.js");
    const { hasHubPrefix } = await import("../../weights/hub/hub-id.js");
    const absent = error instanceof HubMissing || error instanceof HubUnreachable;
    throw absent && !hasHubPrefix(id) ? new UserError(`no file ${id} here, and ${error.message}`) : error;
  }
}
