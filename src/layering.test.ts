import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

/** The library: all rooms but that of the operators, which graphs hide. */
const whole = [
  "workspace",
  "report",
  "compare",
  "train",
  "classifier",
  "explain",
  "evaluate",
  "runtime",
  "weights",
  "insert",
  "step",
  "account",
  "lower",
  "clean",
  "read",
  "models",
  "data",
  "layers",
  "graph",
  "parallel",
  "files",
];

/**
 * Which room may import which, itself and the common `bounds`, `errors`, `notice`, `random` and `schema` apart. A room is a
 * folder of src, or a file that lies there by itself. The order is that of the house: what stands above is used by what
 * stands below.
 */
const rooms: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  bounds: [],
  random: [],
  notice: [],
  schema: [],
  files: [],
  parallel: ["files"],
  graph: ["ops", "files"], // the builder asks the table of operators for shapes: the one circle there is
  ops: ["graph"],
  layers: ["graph"],
  data: ["files"],
  read: ["graph", "ops"],
  clean: ["read", "graph", "ops"],
  lower: ["clean", "graph", "ops"],
  account: ["read", "graph", "ops"],
  step: ["lower", "read", "clean", "graph", "ops"],
  insert: ["account", "read", "clean", "layers", "graph", "ops"],
  models: ["insert", "layers", "data", "graph"],
  weights: ["models", "clean", "read", "data", "graph", "files"],
  runtime: ["graph", "ops", "files"],
  evaluate: ["read", "runtime", "data", "graph", "parallel"],
  classifier: ["explain", "evaluate", "read", "models", "runtime", "data", "graph"],
  explain: ["evaluate", "step", "lower", "account", "read", "clean", "runtime", "data", "graph", "ops"],
  train: ["step", "lower", "clean", "read", "evaluate", "weights", "runtime", "data", "graph", "files"],
  compare: ["train", "explain", "evaluate", "models", "layers", "account", "runtime", "data", "graph"],
  report: ["compare", "explain", "evaluate", "insert", "account"],
  workspace: whole.slice(1),
  serve: ["workspace", "classifier", "explain", "evaluate", "read", "runtime", "data", "graph", "files"],
  studio: ["serve", "workspace"],
  exports: [...whole, "studio", "serve", "ops"],
  cli: [...whole, "studio", "serve"],
  bench: ["cli", "workspace", "train", "evaluate", "models", "lower", "runtime", "data", "graph"],
  testing: ["step", "lower", "clean", "layers", "ops", "runtime", "data", "graph"],
};

const common = ["bounds", "errors", "notice", "random", "schema"];

/** What only Node has: the command line, the measurements, the native halves, the file that exports them, the tests. */
const needsNode = /^(workspace|serve|studio|cli|bench|testing)\/|\/node\/|^exports\/node\.ts$|\.test(\.helper)?\.ts$/;

const src = fileURLToPath(new URL("../src", import.meta.url));
const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ts"));
const texts = new Map(files.map((path) => [path, readFileSync(join(src, path), "utf8")]));
const shipped = files.filter((path) => !/\.test(\.helper)?\.ts$/.test(path));

/** The specifiers a file imports or exports from, types and imports at run time included. */
function importsOf(path: string): string[] {
  const text = texts.get(path)!;
  const statements = /^(?:import|export)\s(?:[^"';]*?\sfrom\s)?"([^"]+)"|\bimport\(\s*"([^"]+)"/gm;
  return [...text.matchAll(statements)].map(([, from, dynamic]) => from ?? dynamic!);
}

/** The files of src among them, as paths inside src. */
function localImports(path: string): string[] {
  return importsOf(path)
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => normalize(join(dirname(path), specifier)).replace(/\.js$/, ".ts"));
}

function roomOf(path: string): string {
  return path.split("/")[0]!.replace(/\.ts$/, "");
}

/** Imports of one room by another: "models/x.ts -> runtime". */
function borders(path: string): { from: string; to: string; text: string }[] {
  return localImports(path)
    .map((target) => ({ from: roomOf(path), to: roomOf(target), text: `${path} -> ${target}` }))
    .filter(({ from, to }) => from !== to);
}

describe("imports", () => {
  it("are all found: every relative one names a file that exists", () => {
    const targets = files.flatMap((path) => localImports(path).map((target) => ({ path, target })));
    expect(targets.length).toBeGreaterThan(300);
    expect(targets.filter(({ target }) => !texts.has(target))).toEqual([]);
  });

  it("come from a room that has a row in the table", () => {
    expect([...new Set(shipped.map(roomOf))].filter((room) => !Object.hasOwn(rooms, room))).toEqual([]);
  });

  it("go only where the table lets them", () => {
    const forbidden = shipped.flatMap(borders).filter(({ from, to }) => ![...common, ...rooms[from]!].includes(to));
    expect(forbidden.map(({ text }) => text)).toEqual([]);
  });

  it("are as docs/architecture.md says", () => {
    const text = readFileSync(join(src, "../docs/architecture.md"), "utf8");
    const rows = [...text.matchAll(/^\| `src\/(\w+)\/` \|.*\| ([^|]+) \|$/gm)].map(([, room, allowed]) => {
      return [room!, [...allowed!.matchAll(/`(\w+)\/`/g)].map(([, name]) => name)] as const;
    });
    const told = Object.fromEntries(rows.filter(([room]) => !/^(workspace|exports|cli)$/.test(room)));
    const inner = Object.entries(rooms).filter(
      ([room]) => !/^(bounds|errors|notice|random|schema|workspace|exports|cli|bench|testing)$/.test(room),
    );
    expect(rows.map(([room]) => room)).toEqual([...new Set(rows.map(([room]) => room))]);
    expect(told).toEqual(Object.fromEntries(inner));
  });

  it("lead down in the picture of the house, or beside", () => {
    const text = readFileSync(join(src, "../docs/architecture.md"), "utf8");
    const [, picture] = /^## The house\n.*?```\n(.*?)```/ms.exec(text)!;
    const rows = picture!.split("\n").map((row) => [...row.matchAll(/\b(\w+)\//g)].map(([, room]) => room!));
    const floor = new Map(rows.flatMap((names, i) => names.map((room) => [room, i] as const)));
    const drawn = Object.keys(rooms).filter(
      (room) => !/^(bounds|errors|notice|random|schema|bench|testing)$/.test(room),
    );
    expect([...floor.keys()].sort()).toEqual(drawn.sort());
    const up = shipped.flatMap(borders).filter(({ from, to }) => floor.get(from)! > floor.get(to)!);
    expect(up.map(({ text }) => text)).toEqual([]);
  });

  it("never reach from what ships into what is for tests or measurements", () => {
    const inside = shipped.filter((path) => !/^(testing|bench)\//.test(path));
    const outside = inside.flatMap((path) => localImports(path).map((target) => `${path} -> ${target}`));
    expect(outside.filter((text) => /-> (testing|bench)\/|\.test(\.helper)?\.ts$/.test(text))).toEqual([]);
  });

  it("run in no circle between rooms but the one of graph and ops", () => {
    const reach = new Map<string, Set<string>>();
    for (const { from, to } of shipped.flatMap(borders)) reach.set(from, (reach.get(from) ?? new Set()).add(to));
    expect(circlesOf(reach)).toEqual(["graph", "ops"]);
  });

  it("run in no circle of files inside a room, types included", () => {
    const inside = (path: string) => localImports(path).filter((target) => roomOf(target) === roomOf(path));
    expect(circlesOf(new Map(shipped.map((path) => [path, inside(path)])))).toEqual([]);
  });
});

/** The nodes of a graph that lead back to themselves, sorted. */
function circlesOf(edges: ReadonlyMap<string, Iterable<string>>): string[] {
  const reachable = (from: string) => {
    const found = new Set<string>();
    const visit = (node: string) => {
      for (const next of edges.get(node) ?? []) {
        if (found.has(next)) continue;
        found.add(next);
        visit(next);
      }
    };
    visit(from);
    return found;
  };
  return [...edges.keys()].filter((node) => reachable(node).has(node)).sort();
}

describe("the engine's blocked operators", () => {
  it("are written in lower and runtime alone, and defined in ops", () => {
    const named = /\bNchwc(Conv|GlobalAveragePool)\b|\bReorder(Input|Output)\b|com\.microsoft/;
    const homes = /^(lower|runtime)\/|^ops\/(engine\/|index\.ts$|op\.ts$)/;
    const naming = shipped.filter((path) => named.test(texts.get(path)!));
    expect(naming.length).toBeGreaterThan(5);
    expect(naming.filter((path) => !homes.test(path))).toEqual([]);
  });
});

describe("replay", () => {
  it("rewrites: no builder that it writes into is dropped, as reading is the work of the index", () => {
    expect(shipped.filter((path) => /\breplay\(\s*new GraphBuilder\b/.test(texts.get(path)!))).toEqual([]);
  });
});

describe("what a browser runs", () => {
  const portable = files.filter((path) => !needsNode.test(path));

  it("imports neither Node, nor a package that needs it, nor a file that does", () => {
    const native = /^(node:|onnxruntime-node$|commander$|sharp$)/;
    const packages = portable.flatMap((path) => importsOf(path).map((specifier) => ({ path, specifier })));
    expect(packages.filter(({ specifier }) => native.test(specifier))).toEqual([]);
    const local = portable.flatMap((path) => localImports(path).map((target) => ({ path, target })));
    expect(local.filter(({ target }) => needsNode.test(target))).toEqual([]);
  });

  it("is one thing with Node's: what needs a page stands in web folders, which nothing else imports", () => {
    const needsPage = /\/web\/|^exports\/web\.ts$/;
    const others = shipped.filter((path) => !needsPage.test(path));
    const imports = others.flatMap((path) => localImports(path).map((target) => ({ path, target })));
    expect(imports.filter(({ target }) => needsPage.test(target))).toEqual([]);
    expect(others.filter((path) => importsOf(path).some((name) => name.startsWith("onnxruntime-web")))).toEqual([]);
  });

  it("imports the validator in its small form, which brings no languages", () =>
    expect(files.filter((path) => importsOf(path).includes("zod"))).toEqual([]));

  it("uses no global that only Node has", () => {
    const globals = /\b(process\.(?!$)|Buffer\b|setImmediate\b|__dirname\b|require\()/;
    const code = (path: string) => texts.get(path)!.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
    expect(portable.filter((path) => globals.test(code(path)))).toEqual([]);
  });
});

describe("the command line", () => {
  const code = (path: string) => texts.get(path)!.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, "");
  const inside = shipped.filter((path) => !/^(bench|testing)\//.test(path));

  it("is where flags are read: nobody else knows commander", () => {
    const users = inside.filter((path) => importsOf(path).includes("commander"));
    expect(users.filter((path) => !/^cli\/(commands\/|flags\/|[\w-]+\.ts$)/.test(path))).toEqual([]);
  });

  it("prints, reads input, hears signals and ends the process in cli/terminal alone", () => {
    const talk = /\bprocess\.(stdin|stdout|stderr|argv|exit|exitCode|on|once|off|kill)\b|\bconsole\./;
    expect(inside.filter((path) => talk.test(code(path)) && !path.startsWith("cli/terminal/"))).toEqual([]);
  });

  it("and the library read the environment's variables in one place", () =>
    expect(inside.filter((path) => /\bprocess\.env\b/.test(code(path)))).toEqual(["files/node/settings.ts"]));
});

describe("texts of the library", () => {
  it("name no flag: the command line puts its own to an error's option", () => {
    const library = shipped.filter((path) => !/^(cli|bench|testing)\//.test(path));
    const code = (path: string) => texts.get(path)!.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, "");
    // Properties of a page's style are written so too.
    const plain = (path: string) =>
      path.startsWith("report/") ? code(path).replace(/var\(--|--[\w-]+:/g, "") : code(path);
    expect(library.filter((path) => /["'`(\s]--[a-z]/.test(plain(path)))).toEqual([]);
  });
});
