import { withChannels } from "../../clean/with-channels.js";
import { statisticsFor } from "../../data/statistics-for.js";
import type { Graph, Model } from "../../graph/graph.js";
import { hasCard, metadataWithCard, readCard } from "../../models/card/model-card.js";
import type { OnNotice } from "../../notice.js";
import { channelTensorsOf } from "../../read/channel-tensors.js";

/**
 * The model for images of so many channels, and what its card says of mean and std; as it is where it takes these.
 * @throws UserError as {@link withChannels}.
 */
export function forChannels(model: Model, channels: number | undefined, onNotice: OnNotice | undefined): Model {
  const { graph } = model;
  const from = graph.inputs[0]?.shape[1];
  if (channels === undefined || from === channels || typeof from !== "number") return model;
  const kernels = channelTensorsOf(graph).filter(({ kind }) => kind === "kernel");
  onNotice?.({ kind: "channel-kernels", parameters: kernels.map(({ name }) => name), from, to: channels });
  const made = withChannels(model, channels);
  return { ...made, graph: { ...made.graph, metadata: saidFor(made.graph, channels) } };
}

/** What a model says of its images and classes, with mean and std for so many channels. */
export function saidFor(said: Pick<Graph, "metadata">, channels: number): Graph["metadata"] {
  if (!hasCard(said)) return said.metadata;
  const card = readCard(said);
  return metadataWithCard(said.metadata, { ...card, ...statisticsFor(card, channels) });
}
