import { execFile } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { syntheticComparison } from "../compare/fixture.test.helper.js";
import { formatResults } from "../compare/results-file.js";
import { summarise } from "../compare/summarise.js";
import { noAugmentation } from "../data/augment/augmentation.js";
import { initialise } from "../graph/initialise.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { withCard } from "../models/card/model-card.js";
import { createModel } from "../models/index.js";
import { defaultRecipe } from "../train/recipe.js";
import { writeSafetensors } from "../weights/safetensors/safetensors.js";
import { startRun } from "../workspace/run/open-run.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const src = join(root, "src");

/** A function or a class that an entry exports, with the doc comment before it. */
interface Exported {
  readonly name: string;
  readonly doc: string;
  readonly file: string;
}

/** The functions and classes of an entry, whose line of exports may lead over several files. */
function exportedBy(file: string): Exported[] {
  const lines = [...readFileSync(file, "utf8").matchAll(/^export \{([^}]*)\} from "([^"]+)";$/gm)];
  return lines.flatMap(([, names, from]) => {
    const target = join(dirname(file), from!.replace(/\.js$/, ".ts"));
    const values = names!
      .split(",")
      .map((name) => name.trim())
      .filter((name) => /^(?!type )\w/.test(name));
    return values.flatMap((name) => declared(target, name));
  });
}

function declared(file: string, name: string): Exported[] {
  const text = readFileSync(file, "utf8");
  const start = new RegExp(
    `(/\\*\\*(?:(?!\\*/)[\\s\\S])*\\*/\\n)?export (?:(?:async function|function|class) ${name}\\b|const ${name}: \\()`,
  ).exec(text);
  if (start !== null) return [{ name, doc: start[1] ?? "", file }];
  if (new RegExp(`^export const ${name}\\b`, "m").test(text)) return [];
  const passedOn = exportedBy(file).filter((other) => other.name === name);
  return passedOn.length > 0 ? passedOn : exportedThrough(text, file, name);
}

/** What a file imports and exports under one name. */
function exportedThrough(text: string, file: string, name: string): Exported[] {
  const from = new RegExp(`^import \\{[^}]*\\b${name}\\b[^}]*\\} from "(\\.[^"]+)";$`, "m").exec(text)?.[1];
  if (from === undefined) throw new Error(`${name} is not declared where ${file} has it from`);
  return declared(join(dirname(file), from.replace(/\.js$/, ".ts")), name);
}

const entries = readdirSync(join(src, "exports")).filter((name) => !name.includes(".test."));
const all = new Map(entries.flatMap((name) => exportedBy(join(src, "exports", name))).map((each) => [each.name, each]));
const functions = [...all.values()];

/** The code of the one example in a doc comment, without its stars. */
function exampleOf(doc: string): string | undefined {
  const [, code] = / \* @example\n \* ```ts\n([\s\S]*?) \* ```\n \*\//.exec(doc) ?? [];
  return code?.replaceAll(/^ \* ?/gm, "");
}

const examples = functions.flatMap(({ name, doc }) => {
  const code = exampleOf(doc);
  return code === undefined ? [] : [{ name, code }];
});

/** Examples that ask the network, and those of a page: they are compiled, not run. */
const paged = exportedBy(join(src, "exports/web.ts")).map(({ name }) => name);
const online = [...paged, "fetchDataset", "openHubModel", "openHubNetwork", "openHubWeights", "pullHubModel"];

/** What an example says that it prints: the comments behind its calls of `console.log`. */
function promised(code: string): (string | undefined)[] {
  return code.split("\n").flatMap((line) => {
    const [, comment] = /console\.log\(.*\);(?: \/\/ (.*))?$/.exec(line) ?? [undefined, undefined];
    return line.includes("console.log(") ? [comment] : [];
  });
}

/** A project with the package and the files that examples speak of. */
const project = mkdtempSync(join(tmpdir(), "senet-examples-"));
afterAll(() => rmSync(project, { recursive: true }));

let complaints: string;
/** What each example printed, and why it ended where it failed. */
let printed: Readonly<Record<string, { readonly lines: readonly string[]; readonly error?: string }>>;

beforeAll(async () => {
  mkdirSync(join(project, "node_modules"));
  symlinkSync(root, join(project, "node_modules/senet"), "junction");
  for (const name of ["@types", "onnxruntime-node"]) {
    symlinkSync(join(root, "node_modules", name), join(project, "node_modules", name), "junction");
  }
  writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module", private: true }));
  await writeInputs();
  for (const { name, code } of examples) writeFileSync(join(project, `${name}.ts`), code);
  const options = { target: "ES2023", lib: ["ES2023", "DOM"], module: "NodeNext", strict: true, types: ["node"] };
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions: options, include: ["*.ts"] }));
  complaints = await run(process.execPath, [join(root, "node_modules/typescript/bin/tsc")], { cwd: project }).then(
    () => "",
    ({ stdout }: { stdout: string }) => stdout,
  );
  const offline = examples.filter(({ name }) => !online.includes(name)).map(({ name }) => name);
  writeFileSync(join(project, "run.js"), runAll(offline));
  await run(process.execPath, ["run.js"], { cwd: project });
  printed = JSON.parse(readFileSync(join(project, "printed.json"), "utf8"));
});

/** A program that runs examples one after the other in one process, which loads the package once. */
function runAll(names: readonly string[]): string {
  return `
import { writeFileSync } from "node:fs";
import { format } from "node:util";
const printed = {};
for (const name of ${JSON.stringify(names)}) {
  const lines = [];
  console.log = (...values) => void lines.push(format(...values));
  await import(new URL(name + ".js", import.meta.url).href).then(
    () => (printed[name] = { lines }),
    (error) => (printed[name] = { lines, error: String(error.stack) }),
  );
}
writeFileSync("printed.json", JSON.stringify(printed));
`;
}

/** A model of senet's own, one without gates, weights, a checkpoint, a photo and the results of a comparison. */
async function writeInputs(): Promise<void> {
  const into = (name: string) => join(project, name);
  const [bare, plain] = ["seresnet20", "resnet20"].map((name) => createModel(name, { classes: 26 }));
  const classes = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
  const card = {
    classes,
    mean: [0.5, 0.5, 0.5],
    std: [0.25, 0.25, 0.25],
    resize: 32,
    provenance: { model: "seresnet20" },
  };
  writeFileSync(into("model.onnx"), writeOnnx(withCard(bare!, card), initialise(bare!, 1)));
  writeFileSync(into("plain.onnx"), writeOnnx(plain!, initialise(plain!, 1)));
  writeFileSync(
    into("weights.safetensors"),
    writeSafetensors(initialise(createModel("seresnet20", { classes: 10 }), 1)),
  );
  copyFileSync(join(root, "tests/goldens/pth/checkpoint.zip.pth"), into("checkpoint.pth"));
  await sharp({ create: { width: 300, height: 240, channels: 3, background: "teal" } })
    .jpeg()
    .toFile(into("photo.jpg"));
  await writeRuns();
  writeFileSync(into("results.json"), formatResults(summarise(syntheticComparison({ images: 260, epochs: 2 }))));
}

/** Two folders of runs, one with a model. */
async function writeRuns(): Promise<void> {
  const recipe = { ...defaultRecipe, epochs: 1, augment: noAugmentation };
  const config = { kind: "train", command: "my program", flags: {} };
  for (const name of ["saved", "untuned"]) {
    const run = await startRun(join(project, "runs", name), { config, facts: { recipe } });
    run.close();
  }
  copyFileSync(join(project, "model.onnx"), join(project, "runs/saved/model.onnx"));
}

describe("the example of every exported function", () => {
  it.each(functions)("$name has one", ({ doc }) => expect(exampleOf(doc)).toBeDefined());

  it("compiles, as strictly as can be", () => expect(complaints).toBe(""));

  it.each(examples.filter(({ name }) => !online.includes(name)))("$name prints what it says", ({ name, code }) => {
    expect(printed[name]).toEqual({ lines: promised(code) });
  });
});
