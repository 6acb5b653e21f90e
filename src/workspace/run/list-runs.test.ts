import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RunList } from "./list-runs.js";
import { lockRun } from "./run-lock.js";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "senet-runs-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function makeRun(name: string, config: Record<string, unknown>): string {
  const path = join(root, name);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, "config.json"), JSON.stringify({ kind: "train", command: "senet train", ...config }));
  return path;
}
const epoch = (n: number, testTop1: number, more = {}) =>
  `${JSON.stringify({ epoch: n, lr: 0.1, trainLoss: 1 / n, trainLosses: [1, 2], testLoss: 2 / n, testTop1, ...more })}\n`;

describe("RunList", () => {
  it("tells runs that work, that were stopped and that are over", async () => {
    const config = { model: "seresnet20", data: "glyphs", seed: 3, recipe: { epochs: 3 } };
    const stopped = makeRun("stopped", config);
    writeFileSync(join(stopped, "metrics.jsonl"), epoch(1, 20) + epoch(2, 40));
    const finished = makeRun("deep/er/finished", config);
    writeFileSync(join(finished, "metrics.jsonl"), epoch(1, 20) + epoch(2, 50) + epoch(3, 45));
    writeFileSync(join(finished, "model.onnx"), "");
    writeFileSync(join(finished, "report.html"), "");
    const unlock = lockRun(makeRun("working", { ...config, model: undefined }));
    mkdirSync(join(root, "empty"));
    const runs = await new RunList(root).list();
    unlock();
    const byName = new Map(runs.map((run) => [run.name, run]));
    expect([...byName.keys()].sort()).toEqual(["deep/er/finished", "stopped", "working"]);
    expect(byName.get("stopped")).toMatchObject({ state: "stopped", epochs: { done: 2, all: 3 }, last: 40, best: 40 });
    expect(byName.get("deep/er/finished")).toMatchObject({
      ...{ state: "finished", models: ["seresnet20"], data: "glyphs", seeds: [3], report: true },
      ...{ epochs: { done: 3, all: 3 }, last: 45, best: 50 },
    });
    expect(byName.get("working")).toMatchObject({ state: "running", models: [], last: undefined });
  });

  it("counts a comparison over its models and seeds, and knows each epoch's run", async () => {
    const path = makeRun("c", { kind: "compare", models: ["a", "b"], seeds: [1, 2], recipe: { epochs: 5 } });
    writeFileSync(
      join(path, "metrics.jsonl"),
      epoch(1, 20, { model: "a", seed: 1 }) + epoch(1, 30, { model: "b", seed: 2 }),
    );
    const list = new RunList(root);
    expect(await list.list()).toMatchObject([{ epochs: { done: 2, all: 20 }, best: 30, state: "stopped" }]);
    const epochs = (await list.epochs("c"))!;
    expect(epochs.map(({ model, seed }) => [model, seed])).toEqual([
      ["a", 1],
      ["b", 2],
    ]);
    expect(epochs[0]).not.toHaveProperty("trainLosses");
    writeFileSync(join(path, "results.json"), "{}");
    expect(await list.list()).toMatchObject([{ state: "finished" }]);
  });

  it("reads what has grown again, and a half-written line not yet", async () => {
    const path = makeRun("run", { recipe: { epochs: 9 } });
    const list = new RunList(root);
    expect(await list.list()).toMatchObject([{ epochs: { done: 0 } }]);
    const line = epoch(1, 10);
    appendFileSync(join(path, "metrics.jsonl"), line.slice(0, 20));
    expect(await list.list()).toMatchObject([{ epochs: { done: 0 } }]);
    appendFileSync(join(path, "metrics.jsonl"), line.slice(20));
    expect(await list.list()).toMatchObject([{ epochs: { done: 1 } }]);
  });

  it("leads to no folder but those of its runs, and passes over what is no run's configuration", async () => {
    makeRun("good", {});
    writeFileSync(join(makeRun("bad", {}), "config.json"), "{");
    writeFileSync(join(makeRun("other", {}), "config.json"), "[1]");
    const list = new RunList(root);
    expect((await list.list()).map(({ name }) => name)).toEqual(["good"]);
    for (const name of ["../good", "bad", "..", "/etc", ""]) expect(await list.epochs(name)).toBeUndefined();
    expect(await new RunList(join(root, "nowhere")).list()).toEqual([]);
  });
});
