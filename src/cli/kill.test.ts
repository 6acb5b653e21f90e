import type { ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as immediate, setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { parseResults } from "../compare/results-file.js";
import { Random } from "../random.js";
import { finished, startSenet } from "./run-senet.test.helper.js";
import { smallModel } from "./small-model.test.helper.js";

const folder = mkdtempSync(join(tmpdir(), "senet-kill-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const start = (line: string): ChildProcess => startSenet(folder, ...line.split(" "));

/** Runs a command to its end. */
async function finish(line: string): Promise<void> {
  const { code, stderr } = await finished(start(line));
  if (code !== 0) throw new Error(`senet ${line} ended with ${code}: ${stderr}`);
}

/**
 * Waits until a number of changes were seen in a folder that is looked at every millisecond, or the process is over.
 */
async function changes(child: ChildProcess, path: string, count: number): Promise<void> {
  const list = () => (existsSync(path) ? readdirSync(path).join() : "");
  let [seen, last] = [0, list()];
  while (seen < count && child.exitCode === null) {
    await sleep(1);
    const now = list();
    if (now !== last) seen++;
    last = now;
  }
}

type Moment = (child: ChildProcess, random: Random) => Promise<unknown>;

/**
 * Whether a checkpoint is being written, or was when the run was killed: one begun after a time, for older ones stay
 * until the next is written.
 */
const writes = (name: string, since: number) => {
  const path = join(folder, name, "checkpoints");
  const begun = existsSync(path) ? readdirSync(path).filter((entry) => entry.startsWith("new-")) : [];
  return begun.some((entry) => (statSync(join(path, entry), { throwIfNoEntry: false })?.mtimeMs ?? 0) > since);
};

/** How many kills found the run still running, and how many of them found it writing a checkpoint. */
interface Kills {
  readonly running: number;
  readonly writing: number;
}

/** Kills a run at `moments`, going on after each, and lets it finish. */
async function survive(name: string, command: string, fresh: string, moments: readonly Moment[]): Promise<Kills> {
  const random = new Random(2018, "kill", name);
  const line = () =>
    existsSync(join(folder, name, "config.json")) ? `${command} --resume ${name}` : `${fresh} --out ${name}`;
  let [running, writing] = [0, 0];
  for (const moment of moments) {
    const started = Date.now();
    const child = start(line());
    const over = finished(child);
    await moment(child, random);
    child.kill("SIGKILL");
    if ((await over).code !== "SIGKILL") continue;
    running++;
    if (writes(name, started)) writing++;
  }
  await finish(line());
  return { running, writing };
}

const text = (...path: string[]) => readFileSync(join(folder, ...path));
const records = (...path: string[]) =>
  text(...path, "metrics.jsonl")
    .toString()
    .trimEnd()
    .split("\n")
    .map((line) => ({ ...(JSON.parse(line) as object), imagesPerSecond: 0, seconds: 0, dataWait: 0 }));

/** Milliseconds after a few changes in the folder of checkpoints: while steps are computed, as a rule. */
const during: (name: string) => Moment = (name) => async (child, random) => {
  await changes(child, join(folder, name, "checkpoints"), 1 + random.below(9));
  await sleep(random.below(20));
};

/** A few changes in the folder of checkpoints, then the first stop that finds a checkpoint half written. */
const saving: (name: string) => Moment = (name) => async (child, random) => {
  const started = Date.now();
  await changes(child, join(folder, name, "checkpoints"), 2 + random.below(9));
  while (child.exitCode === null) {
    await immediate();
    if (!writes(name, started)) continue;
    child.kill("SIGSTOP"); // so that it stays half written, however long this process waits for its turn
    if (writes(name, started)) return;
    child.kill("SIGCONT");
  }
};

/** While the program is loaded, as a rule. */
const early: Moment = (_, random) => sleep(random.below(300));

describe("a run killed with SIGKILL at ten random moments and resumed", () => {
  writeFileSync(join(folder, "small.onnx"), smallModel());
  const fresh =
    "train --model ./small.onnx --data glyphs --train-limit 256 --test-limit 32 --batch 16 --epochs 6 --seed 3 " +
    "--checkpoint-every 1 --opt adamw --lr 0.01 --grad-accum-steps 2 --model-ema --model-ema-decay 0.9 --mixup 0.2";

  it("leaves what the run leaves that was never killed, byte for byte", async () => {
    await finish(`${fresh} --out whole`);
    const [step, save] = [during("killed"), saving("killed")];
    const moments = [early, save, step, save, step, early, save, step, save, step];
    const { running, writing } = await survive("killed", "train", fresh, moments);
    expect(running).toBeGreaterThanOrEqual(8);
    expect(writing).toBeGreaterThanOrEqual(1);
    for (const file of ["model.onnx", "best.onnx", "last.onnx"]) {
      expect(text("killed", file).equals(text("whole", file)), file).toBe(true);
    }
    expect(records("killed")).toEqual(records("whole"));
    expect(records("killed").map(Object.keys)).toEqual(records("whole").map(Object.keys));
    const last = ["checkpoints", "epoch-0007-step-0000000", "state.safetensors"];
    expect(text("killed", ...last).equals(text("whole", ...last))).toBe(true);
    expect(readdirSync(join(folder, "killed")).filter((file) => file.endsWith(".part"))).toEqual([]);
  });
});

describe("a comparison killed twice and resumed", () => {
  const same = "--data glyphs --train-limit 32 --test-limit 16 --batch 16 --epochs 2 --checkpoint-every 1";
  const fresh = `compare ${same} --seeds 1`;

  it("leaves the models and the log of training without a break, and the command it was started with", async () => {
    const inside = (run: string) => join(folder, "halted", "checkpoints", `${run}-seed1`);
    const moments: Moment[] = [
      (child) => changes(child, inside("resnet20"), 4),
      (child) => changes(child, inside("seresnet20"), 4),
    ];
    expect((await survive("halted", "compare", fresh, moments)).running).toBe(2);
    const expected = [];
    for (const model of ["resnet20", "seresnet20"]) {
      await finish(`train --model ${model} --seed 1 ${same} --out ${model}`);
      expect(text("halted", `models/${model}-seed1.onnx`).equals(text(model, "last.onnx")), model).toBe(true);
      expected.push(...records(model).map((record) => ({ model, seed: 1, ...record })));
    }
    expect(records("halted")).toEqual(expected);
    expect(parseResults(text("halted", "results.json").toString()).command).toBe(`senet ${fresh} --out halted`);
  });
});
