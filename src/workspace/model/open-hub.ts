import { UserError } from "../../errors.js";
import type { Graph } from "../../graph/graph.js";
import type { HubId } from "../../weights/hub/hub-id.js";
import type {
  HubModel,
  HubNetwork,
  HubWeights,
  OpenHubModelOptions,
  PulledModel,
} from "../../weights/hub/node/open-hub-model.js";
import type { Opening } from "./model-query.js";

type Asked = Opening & Omit<OpenHubModelOptions, "settings">;

/** The model that a hub id stands for. @throws UserError as `openHubModel`. */
export async function openHub(id: string, asked: Asked = {}): Promise<HubModel> {
  const { openHubModel } = await import("../../weights/hub/node/open-hub-model.js");
  return orNoFile(id, async () => openHubModel(id, await settled(asked)));
}

/** The network alone: only its `config.json` is fetched. @throws UserError as `openHubModel`. */
export async function openHubGraph(id: string, asked: Asked = {}): Promise<HubNetwork> {
  const { openHubNetwork } = await import("../../weights/hub/node/open-hub-model.js");
  return orNoFile(id, async () => openHubNetwork(id, await settled(asked)));
}

/**
 * The published weights for a network that is here, and what the repository says of images and classes.
 * @throws UserError as `openHubWeights`.
 */
export async function openHubFor(id: string, graph: Graph, asked: Asked = {}): Promise<HubWeights> {
  const { openHubWeights } = await import("../../weights/hub/node/open-hub-model.js");
  return orNoFile(id, async () => openHubWeights(id, graph, await settled(asked)));
}

/** Brings the files of a repository into the cache. @throws UserError as `pullHubModel`. */
export async function pullHub(id: string | HubId, asked: Asked = {}): Promise<PulledModel> {
  const { pullHubModel } = await import("../../weights/hub/node/open-hub-model.js");
  const { parseHubId } = await import("../../weights/hub/hub-id.js");
  const pull = async (parsed: HubId) => pullHubModel(parsed, await settled(asked));
  return typeof id === "string" ? orNoFile(id, () => pull(parseHubId(id))) : pull(id);
}

/** The environment's settings, with what the caller says otherwise. */
async function settled({ hub, ...rest }: Asked): Promise<OpenHubModelOptions> {
  const { hubSettings } = await import("../../weights/hub/node/hub-settings.js");
  return { ...rest, settings: { ...hubSettings(), ...hub } };
}

/** Who mistypes a path, such as that of a run, asks for a repository: the error says that there is no file either. */
async function orNoFile<T>(id: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    const { HubMissing, HubUnreachable } = await import("../../weights/hub/node/hub-api.js");
    const { hasHubPrefix } = await import("../../weights/hub/hub-id.js");
    const absent = error instanceof HubMissing || error instanceof HubUnreachable;
    if (!absent || hasHubPrefix(id)) throw error;
    throw new UserError(`no file ${id} here, and ${error.message}`, { option: error.options, cause: error });
  }
}
