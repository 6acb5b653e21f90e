import { readFile } from "node:fs/promises";
import { extentOf, type ImageSize } from "../../../data/image-size.js";
import { imageNetClasses } from "../../../data/node/list/imagenet-classes.js";
import type { CropMode, Preprocessing } from "../../../data/preprocessing.js";
import { statisticsFor } from "../../../data/statistics-for.js";
import { nearest, quoted, UserError } from "../../../errors.js";
import type { Graph } from "../../../graph/graph.js";
import { cardEntries, type ModelCard, withCard } from "../../../models/card/model-card.js";
import { createModel, type ModelOptions, models } from "../../../models/index.js";
import { parseTimmConfig, type TimmConfig } from "../timm-config.js";
import type { HubRevision } from "./hub-revision.js";

/** What is asked of a network of the hub; what is left out is as published. */
export interface HubNetworkOptions {
  /** Of the images. The crop is that of the size, if its `config.json` has one. */
  readonly size?: ImageSize | undefined;
  /** Of the images; the first kernels follow where they are published for others. */
  readonly channels?: number | undefined;
  /** What becomes of images of another shape; as its `config.json` says by default. */
  readonly cropMode?: CropMode | undefined;
  /** Of the network: another number of classes needs `renewHead`. */
  readonly model?: ModelOptions | undefined;
}

/** A network of the hub, before its weights are there. */
export interface HubNetwork {
  /** With its card. */
  readonly graph: Graph;
  readonly card: ModelCard;
  readonly preprocessing: Preprocessing;
  /** Its name in the zoo. */
  readonly name: string;
  readonly config: TimmConfig;
  /** What messages call it: repository and commit. */
  readonly label: string;
}

/** The longest config that is read, in bytes; one with the names of 20,000 classes has two million. */
const LONGEST_CONFIG = 2 ** 24;

/** What a repository says of its network. @throws UserError when it says nothing, or of none of ours. */
export async function configOf(revision: HubRevision): Promise<TimmConfig> {
  const path = await revision.find(["config.json"], LONGEST_CONFIG);
  if (path === undefined) throw nothing(revision, "config.json", "the repository of a timm model");
  const config = parseTimmConfig(await readFile(path, "utf8"), `${revision.label}/config.json`);
  checkArchitecture(config, revision);
  return config;
}

/** The network of a repository. @throws UserError as `configOf`. */
export async function networkOf(
  revision: HubRevision,
  { model = {}, size, channels: asked, cropMode }: HubNetworkOptions = {},
): Promise<HubNetwork> {
  const config = await configOf(revision);
  const name = config.architecture;
  const { height: down, width: across } = extentOf(size ?? [config.input[1], config.input[2]]);
  const input = [asked ?? config.input[0], down, across] as const;
  const graph = createModel(name, { classes: config.classes, input, ...model });
  const [channels, height, width] = graph.inputs[0]!.shape.slice(1) as [number, number, number];
  const published = config.preprocessing([height, width], cropMode);
  const preprocessing = { ...published, ...statisticsFor(published, channels) };
  const count = Number(graph.outputs[0]!.shape.at(-1));
  const names = count === config.classes ? (config.labels ?? (await usualLabels(count))) : undefined;
  const { repository, commit, label } = revision;
  const card: ModelCard = {
    classes: [...(names ?? Array.from({ length: count }, (_, i) => String(i)))],
    ...cardEntries(preprocessing),
    provenance: { model: name, hub: repository, commit, license: config.license ?? null },
  };
  return { graph: withCard(graph, card), card, preprocessing, name, config, label };
}

/** timm, too, takes a thousand classes without names for ImageNet's. Source: timm, `data/imagenet_info.py`. */
async function usualLabels(count: number): Promise<readonly string[] | undefined> {
  return count === 1000 ? (await imageNetClasses()).map(({ names }) => names) : undefined;
}

/** timm's names of networks are ours, where we have them. @throws UserError where we do not. */
function checkArchitecture({ architecture }: TimmConfig, { label }: HubRevision): void {
  if (Object.hasOwn(models, architecture)) return;
  const near = nearest(architecture, Object.keys(models));
  throw new UserError(
    `${label}: got a ${quoted(architecture)}; expected the name of a network` +
      `${near === undefined ? "" : `; the nearest is ${near}`}`,
    { option: "name" },
  );
}

/** What a repository lacks. */
export function nothing({ label, folder }: HubRevision, what: string, expected: string): UserError {
  return new UserError(`${label}: has no ${what} (${folder}); expected ${expected}`);
}
