import { readFile } from "node:fs/promises";
import { type Profile, profile } from "../../account/profile.js";
import { optionError, UserError, withContext } from "../../errors.js";
import type { Graph, Model } from "../../graph/graph.js";
import type { InputSize } from "../../models/model.js";
import type { FileFacts } from "./file-facts.js";
import { modelOptions, refuseNetworkOptions } from "./find-model.js";
import { type ModelQuery, type Opening, queryOf } from "./model-query.js";
import { type ModelSource, modelFileOf, modelSource } from "./model-source.js";

/** For which images a model is counted. */
export interface ProfileModelOptions extends Opening {
  /** [C, H, W]; the model's own by default. */
  readonly image?: InputSize | undefined;
}

/** What a model takes for one image. */
export interface ModelProfile extends Profile {
  /** [C, H, W]. */
  readonly input: Graph["inputs"][number]["shape"];
  /** What its attention blocks take of it. */
  readonly attention: Pick<Profile, "params" | "macs">;
}

/** A file whose operators only an engine knows: what it takes cannot be counted. */
export interface UncountedModel {
  /** Why it cannot be counted. */
  readonly uncounted: string;
}

/** What is known of a model: what it takes, where that can be counted, and what its file says. */
export type ModelFacts = (ModelProfile | UncountedModel) & {
  /** What a file says of itself, and what we take that to mean. */
  readonly file?: FileFacts | undefined;
};

/**
 * Says all that is known of a model: what it takes as {@link profileModel} counts it, where that can be counted; and of a
 * file its inputs and outputs, what they mean and why we think so.
 * @param output the output that is the answer, by name.
 * @throws UserError when there is no such model, or the images do not fit it.
 * @example
 * ```ts
 * import { describeModel } from "senet/node";
 *
 * const { file } = await describeModel("model.onnx");
 * console.log(file?.outputs[0]?.name, file?.operators[0]); // logits [ 'Conv', 39 ]
 * ```
 */
export async function describeModel(
  of: string | ModelQuery,
  { output, ...options }: ProfileModelOptions & { readonly output?: string | undefined } = {},
): Promise<ModelFacts> {
  const { model, network } = queryOf(of);
  if (modelSource(model) !== "file") return profileModel(of, options);
  const path = modelFileOf(model);
  refuseNetworkOptions(network, "file");
  const { outlineFile } = await import("./model-bytes.js");
  const { fileFacts } = await import("./file-facts.js");
  const { readModel } = await import("../../graph/node/read-model.js");
  const outline = outlineFile(path);
  let read: Model | undefined;
  let uncounted = "";
  try {
    read = readModel(path, { image: options.image });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    uncounted = error.message;
  }
  const file = fileFacts(outline, model, read, output);
  return read === undefined ? { uncounted, file } : { ...(await profileModel(of, options)), file };
}

/** Something that is counted, and how much of what it takes is attention. */
interface Subject {
  readonly graph: Graph;
  attention(profile: Profile): ModelProfile["attention"];
}

/**
 * Counts what a model takes: parameters, multiply-accumulates, activations, memory, the share of attention. Nothing is
 * run, and of a model of the hub no weights are fetched.
 * @throws UserError when there is no such model, or the images do not fit it.
 * @example
 * ```ts
 * import { profileModel } from "senet/node";
 *
 * const { params, attention } = await profileModel("seresnet50");
 * console.log(params, attention.params); // 28088024 2530992
 * ```
 */
export async function profileModel(of: string | ModelQuery, options: ProfileModelOptions = {}): Promise<ModelProfile> {
  const query = queryOf(of);
  const { graph, attention } = await subjectAs[modelSource(query.model)](query, options);
  const measured = profile(graph);
  return { ...measured, input: graph.inputs[0]!.shape.slice(1), attention: attention(measured) };
}

type Find = (query: ModelQuery, options: ProfileModelOptions) => Promise<Subject>;

const subjectAs: Readonly<Record<ModelSource, Find>> = { name: fromZoo, file: fromFile, hub: fromHub };

/** The network that a repository's config.json describes: its weights are not needed. */
async function fromHub(
  { model: id, network }: ModelQuery,
  { image, ...opening }: ProfileModelOptions,
): Promise<Subject> {
  const { openHubGraph } = await import("./open-hub.js");
  const { name, config } = await openHubGraph(id, opening);
  const own = { ...network, classes: network?.classes ?? config.classes };
  return fromZoo({ model: name, network: own }, { image: image ?? config.input });
}

async function fromZoo({ model: name, network = {} }: ModelQuery, { image }: ProfileModelOptions): Promise<Subject> {
  const { createModel } = await import("../../models/index.js");
  const options = { ...modelOptions(network), ...(image && { input: image }) };
  const without = profile(createModel(name, { ...options, attention: { kind: "none" } }));
  return {
    graph: createModel(name, options),
    attention: ({ params, macs }) => ({ params: params - without.params, macs: macs - without.macs }),
  };
}

async function fromFile({ model, network }: ModelQuery, { image }: ProfileModelOptions): Promise<Subject> {
  const path = modelFileOf(model);
  refuseNetworkOptions(network, "file");
  const { readOnnx } = await import("../../graph/onnx/read-onnx.js");
  const { attentionOf } = await import("../../account/summary.js");
  const bytes = await readFile(path).catch((error: Error) => {
    throw new UserError(`cannot read ${path} (${error.message}); give an .onnx file`);
  });
  const { holdSettings } = await import("../../read/settings.js");
  const graph = withContext(path, () => holdSettings(readOnnx(bytes, { image })).graph);
  checkInput(graph, image);
  return { graph, attention: ({ nodes }) => attentionOf(graph, nodes) };
}

/** @throws UserError when the graph takes other images, or none of a known size. */
function checkInput({ inputs }: Graph, image: readonly number[] | undefined): void {
  const shape = inputs[0]!.shape.slice(1);
  const other = shape.length !== image?.length || shape.some((dim, i) => dim !== image[i]);
  if (image !== undefined && other) {
    throw optionError("input", `got ${image.join("x")}; expected ${shape.join("x")}, as the file says`);
  }
}
