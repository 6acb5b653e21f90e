import { readFile } from "node:fs/promises";
import { Command } from "commander";
import { UserError, withContext } from "../../errors.js";
import type { TimedModel } from "../../evaluate/latency.js";
import { formatShape } from "../../graph/dims/shape.js";
import type { Graph } from "../../graph/graph.js";
import { modelFileOf, modelSource, modelSources } from "../../workspace/model/model-source.js";
import { engineOptionsOf, number, parseInput, wholeNumber } from "../flags/options.js";
import { columns } from "../terminal/columns.js";

interface InferFlags {
  readonly model: string;
  readonly batch: number;
  readonly input?: string;
  readonly rounds: number;
  readonly threads?: number;
  readonly json?: true;
}

/** `senet bench infer`: times models, several of them in turn. */
export const benchInfer = new Command("infer")
  .description("Time inference on random images; several models take turns, so that noise disturbs all alike.")
  .requiredOption("--model <models>", `${modelSources}; several with commas`)
  .option("--input <CxHxW>", "size of the images (default: the model's own)")
  .addOption(number("--batch <n>", "images per run", 1))
  .addOption(number("--rounds <n>", "runs measured of every model, after 3 that are not", 30))
  .addOption(number("--threads <n>", "threads of the engine (default: all cores)"))
  .option("--json", "print one JSON document: an object, for several models a list of them")
  .action(run);

/** A model, and what it takes for one image. */
interface Subject extends TimedModel {
  readonly name: string;
  readonly params: number;
  readonly macs: number;
}

async function run(flags: InferFlags): Promise<void> {
  const [batch, rounds] = [wholeNumber("--batch", flags.batch, 1), wholeNumber("--rounds", flags.rounds, 1)];
  const { nodeRuntime } = await import("../../runtime/node/runtime.js");
  const { runTimes } = await import("../../evaluate/latency.js");
  const { median } = await import("../../evaluate/median.js");
  const { environment } = await import("../../workspace/run/environment.js");
  const engine = engineOptionsOf(flags);
  const subjects: Subject[] = [];
  for (const name of flags.model.split(",")) subjects.push(await subjectOf(name.trim(), flags));
  const runtime = nodeRuntime(engine);
  try {
    const times = await runTimes(runtime, subjects, { batch, rounds, warmup: 3 });
    const results = subjects.map(({ name, image, params, macs }, i) => {
      const medianMs = median(times[i]!);
      // The ratio of each round, whose runs are neighbours in time: what slows the machine down slows both.
      const ratio = median(times[i]!.map((time, round) => time / times[0]![round]!));
      const measured = { medianMs, minMs: Math.min(...times[i]!), msPerImage: medianMs / batch };
      return { name, params, macs, input: image, batch, ...engine, rounds, ...measured, ratio };
    });
    const documents = results.map((result) => ({ ...result, engine: runtime.name, environment: environment() }));
    const [first, ...others] = documents;
    process.stdout.write(
      flags.json ? `${JSON.stringify(others.length === 0 ? first : documents)}\n` : table(results, runtime.name),
    );
  } finally {
    await runtime.close();
  }
}

interface Result {
  readonly name: string;
  readonly batch: number;
  readonly rounds: number;
  readonly medianMs: number;
  readonly minMs: number;
  readonly msPerImage: number;
  readonly ratio: number;
}

function table(results: readonly Result[], engine: string): string {
  const rows = results.map(({ name, medianMs, minMs, msPerImage, ratio }) => [
    name,
    ...[medianMs, minMs, msPerImage].map((time) => time.toFixed(2)),
    ratio.toFixed(3),
  ]);
  const { batch, rounds } = results[0]!;
  return (
    columns(["model", "median ms", "min ms", "ms/image", "ratio to the first"], rows) +
    `(batch ${batch}, ${rounds} runs each in turn; ${engine})\n`
  );
}

async function subjectOf(name: string, flags: InferFlags): Promise<Subject> {
  const { bindDims } = await import("../../clean/replay.js");
  const { profile } = await import("../../account/profile.js");
  const { onnx, graph } = await open(name, flags);
  const [x, ...others] = graph.inputs;
  if (x === undefined || others.length > 0 || x.shape.length !== 4 || x.dtype !== "float32") {
    const takes = graph.inputs.map(({ name, dtype, shape }) => `${name} ${dtype} ${formatShape(shape)}`).join(", ");
    throw new UserError(`${name}: got a model that takes ${takes || "nothing"}; expected images float32 [N, C, H, W]`);
  }
  const [own, ...sizes] = x.shape;
  if (typeof own === "number" && own !== flags.batch) {
    throw new UserError(`${name}: got --batch ${flags.batch}; expected ${own}, the only batch size the file takes`);
  }
  const image = imageOf(name, sizes, flags.input);
  const names = Object.fromEntries(sizes.flatMap((dim, i) => (typeof dim === "string" ? [[dim, image[i]!]] : [])));
  const { params, macs } = profile(Object.keys(names).length === 0 ? graph : bindDims(graph, names));
  return { name, onnx, input: x.name, image, params, macs: typeof own === "number" ? macs / own : macs };
}

/** The images of a model whose sizes may be names. @throws UserError when those asked for are others, or none are known. */
function imageOf(name: string, sizes: Graph["inputs"][number]["shape"], input: string | undefined): number[] {
  const asked = input === undefined ? sizes : parseInput(input);
  if (sizes.some((dim, i) => typeof dim === "number" && dim !== asked[i])) {
    throw new UserError(`${name}: got --input ${input}; expected ${sizes.join("x")}, as the file says`);
  }
  return asked.map((size) => {
    if (typeof size === "number") return size;
    throw new UserError(`${name}: got images ${sizes.join("x")} of any size; give one such as --input 3x224x224`);
  });
}

interface Opened {
  readonly onnx: Uint8Array;
  readonly graph: Graph;
}

async function open(name: string, { input }: InferFlags): Promise<Opened> {
  if (modelSource(name) === "file") return ofFile(modelFileOf(name));
  const { findModel } = await import("../../workspace/model/find-model.js");
  const { initialise } = await import("../../graph/initialise.js");
  const { writeOnnx } = await import("../../graph/onnx/write-onnx.js");
  const image = input === undefined ? undefined : parseInput(input);
  const { graph, weights } = await findModel({ model: name }, { image });
  return { onnx: writeOnnx(graph, weights ?? initialise(graph, 1)), graph };
}

/** The file as it is, not as we would write it. */
async function ofFile(path: string): Promise<Opened> {
  const { readOnnx } = await import("../../graph/onnx/read-onnx.js");
  const onnx = await readFile(path).catch((error: Error) => {
    throw new UserError(`--model: cannot read ${path} (${error.message}); give an .onnx file`);
  });
  return withContext(path, () => ({ onnx, graph: readOnnx(onnx).graph }));
}
