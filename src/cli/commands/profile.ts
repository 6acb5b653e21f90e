import { readFile } from "node:fs/promises";
import { Command } from "commander";
import type { NodeProfile, Profile } from "../../account/profile.js";
import { UserError } from "../../errors.js";
import type { Graph } from "../../graph/graph.js";
import { type ModelSource, modelFileOf, modelSource, modelSources } from "../../workspace/model/model-source.js";
import { attentionOption, number, parseInput } from "../flags/options.js";
import { columns } from "../terminal/columns.js";
import { paperTables } from "../terminal/paper-tables.js";

interface ProfileFlags {
  readonly input?: string;
  readonly attention?: string;
  readonly classes?: number;
  readonly byLayer?: true;
  readonly paper?: true;
  readonly json?: true;
}

/** `senet profile`: what a network takes, without running it. */
export const profile = new Command("profile")
  .argument("[model]", modelSources)
  .option("--input <CxHxW>", "size of the images (default: the network's own)")
  .addOption(attentionOption())
  .addOption(number("--classes <n>", "number of classes (default: the network's own)"))
  .option("--by-layer", "a line for every layer too")
  .option("--paper", "the networks of the SENet paper's Tables 2 and 3, beside what it prints")
  .option("--json", "print one JSON document")
  .action(run);

async function run(model: string | undefined, flags: ProfileFlags): Promise<void> {
  if (flags.paper) {
    if (model !== undefined) throw new UserError(`profile: got both "${model}" and --paper; expected one of them`);
    process.stdout.write(await paperTables(flags.json === true));
    return;
  }
  if (model === undefined) {
    throw new UserError("profile: got no network; expected a name, an .onnx file, a run, a hub id or --paper");
  }
  const { profile: measure } = await import("../../account/profile.js");
  const subject = await subjectAs[modelSource(model)](model, flags);
  const measured = measure(subject.graph);
  const attention = subject.attention(measured);
  const { nodes, ...totals } = measured;
  const layers = nodes.filter((node) => node.macs > 0 || node.params > 0);
  const input = subject.graph.inputs[0]!.shape.slice(1);
  if (flags.json) {
    const result = { name: model, input, ...totals, attention, ...(flags.byLayer && { layers }) };
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return;
  }
  const title = `${model}, ${input.join("x")}`;
  process.stdout.write(`${flags.byLayer ? `${layerTable(layers)}\n` : ""}${summary(title, measured, attention)}`);
}

/** What a part of a network takes. */
interface Part {
  readonly params: number;
  readonly macs: number;
}

interface Subject {
  readonly graph: Graph;
  /** What its attention blocks take of it. */
  attention(profile: Profile): Part;
}

const subjectAs: Readonly<Record<ModelSource, (model: string, flags: ProfileFlags) => Promise<Subject>>> = {
  name: fromZoo,
  file: fromFile,
  hub: fromHub,
};

/** The network that a repository's config.json describes: its weights are not needed. */
async function fromHub(id: string, flags: ProfileFlags): Promise<Subject> {
  const { openHubGraph } = await import("../../workspace/model/open-hub.js");
  const { name, config } = await openHubGraph(id);
  return fromZoo(name, { input: config.input.join("x"), classes: config.classes, ...flags });
}

async function fromZoo(name: string, { input, attention, classes }: ProfileFlags): Promise<Subject> {
  const { createModel } = await import("../../models/index.js");
  const { parseAttention } = await import("../../layers/attention/attention.js");
  const options = {
    ...(input !== undefined && { input: parseInput(input) }),
    ...(classes !== undefined && { classes }),
  };
  const { profile: measure } = await import("../../account/profile.js");
  const without = measure(createModel(name, { ...options, attention: { kind: "none" } }));
  const block = attention === undefined ? {} : { attention: parseAttention(attention) };
  return {
    graph: createModel(name, { ...options, ...block }),
    attention: ({ params, macs }) => ({ params: params - without.params, macs: macs - without.macs }),
  };
}

async function fromFile(model: string, { input, attention, classes }: ProfileFlags): Promise<Subject> {
  const path = modelFileOf(model);
  const { refuse } = await import("../../workspace/model/find-model.js");
  refuse({ network: { attention, classes } }, "file");
  const { readOnnx } = await import("../../graph/onnx/read-onnx.js");
  const { bindDims } = await import("../../clean/replay.js");
  const { gateNodes } = await import("../../read/gate-nodes.js");
  const bytes = await readFile(path).catch((error: Error) => {
    throw new UserError(`profile: cannot read ${path} (${error.message}); give an .onnx file`);
  });
  const read = readOnnx(bytes).graph;
  const graph = input === undefined ? read : bindDims(read, boundTo(read, parseInput(input)));
  const gates = gateNodes(graph);
  const sum = (nodes: readonly NodeProfile[], of: keyof Part) =>
    nodes.reduce((total, node) => total + (gates.has(node.node) ? node[of] : 0), 0);
  return { graph, attention: ({ nodes }) => ({ params: sum(nodes, "params"), macs: sum(nodes, "macs") }) };
}

/** The sizes that an input gives to the names in a file's shape. @throws UserError when the file says otherwise. */
function boundTo({ inputs }: Graph, sizes: readonly number[]): Record<string, number> {
  const shape = inputs[0]!.shape.slice(1);
  const other = shape.length !== sizes.length || shape.some((dim, i) => typeof dim === "number" && dim !== sizes[i]);
  if (other) throw new UserError(`--input: got ${sizes.join("x")}; expected ${shape.join("x")}, as the file says`);
  return Object.fromEntries(shape.flatMap((dim, i) => (typeof dim === "string" ? [[dim, sizes[i]!]] : [])));
}

function layerTable(layers: readonly NodeProfile[]): string {
  const count = (n: number) => n.toLocaleString("en-US");
  const shape = (output: string) => output.replace(/^\[1, (.*)\]$/, "$1").replaceAll(", ", "x");
  const rows = layers.map(({ node, op, output, params, macs }) => [
    node.replace(/\.out$/, ""),
    op.replace("Normalization", "Norm"),
    shape(output),
    count(params),
    count(macs),
  ]);
  return columns(["layer", "operator", "output", "params", "MACs"], rows, 0);
}

function summary(title: string, { params, macs, activations, memory }: Profile, attention: Part): string {
  const share = (part: number, whole: number) => `${((100 * part) / whole).toFixed(2)} %`;
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const count = (n: number) => n.toLocaleString("en-US");
  return `${title}
  parameters   ${count(params)}, of which attention ${count(attention.params)} (${share(attention.params, params)})
  MACs         ${count(macs)}, of which attention ${count(attention.macs)} (${share(attention.macs, macs)})
  activations  ${count(activations)} elements out of convolutions and dense layers
  memory       weights ${megabytes(memory.weightBytes)}; activations ${megabytes(memory.activationBytes)} at most (one float32 image)
`;
}
