import { type ChildProcess, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { checkpointFolder } from "../train/node/checkpoint-folder.js";
import { type Finished, finished, startSenet } from "./run-senet.test.helper.js";

const folder = mkdtempSync(join(tmpdir(), "senet-disaster-"));
const disk = join(folder, "disk");
mkdirSync(disk);
// A file system of its own is the real thing; who may not mount one skips these tests visibly.
const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=6m", "none", disk]).status === 0;
afterAll(() => {
  if (mounted) spawnSync("umount", [disk]);
  rmSync(folder, { recursive: true, force: true });
});

const few = "--model resnet20 --data glyphs --train-limit 64 --test-limit 16 --batch 16 --epochs 2";
const start = (line: string): ChildProcess => startSenet(folder, ...line.split(" "));
const senet = (line: string): Promise<Finished> => finished(start(line));
const model = (run: string) => readFileSync(join(folder, run, "model.onnx"));

describe.skipIf(!mounted)("a full disk", () => {
  it("ends a run in one line; with room made it goes on to the same bytes", async () => {
    const { code, stdout, stderr } = await senet(`train ${few} --checkpoint-every 1 --out disk/run`);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr.trimEnd().split("\n").at(-1)).toMatch(
      /^senet: cannot write disk\/run\/\S+ \(ENOSPC: .*\); what was saved before is whole; make room, then go on with: senet train --resume disk\/run$/,
    );
    const damaged = (notice: string) => expect.fail(notice);
    expect((await checkpointFolder(join(disk, "run/checkpoints")).load(damaged))!.progress.step).toBeGreaterThan(0);
    spawnSync("mount", ["-o", "remount,size=60m", disk]);
    expect((await senet("train --resume disk/run")).code).toBe(0);
    expect((await senet(`train ${few} --out whole`)).code).toBe(0);
    expect(model("disk/run").equals(model("whole"))).toBe(true);
  });
});

describe("a folder that is taken away while a run writes to it", () => {
  it("ends the run in one line; put back, the run goes on", async () => {
    const child = start(`train ${few} --checkpoint-every 1 --out here`);
    const over = finished(child);
    while (!existsSync(join(folder, "here/checkpoints/epoch-0001-step-0000001"))) await sleep(2);
    renameSync(join(folder, "here"), join(folder, "there"));
    const { code, stderr } = await over;
    expect(code).toBe(2);
    expect(stderr.trimEnd().split("\n").at(-1)).toMatch(
      /^senet: cannot write here\/\S+ \(ENOENT: .*\); what was saved before is whole; put the folder back, then go on with: senet train --resume here$/,
    );
    expect(existsSync(join(folder, "here"))).toBe(false);
    const going = await senet("train --resume there");
    expect(going.code).toBe(0);
    expect(readdirSync(join(folder, "there"))).toContain("model.onnx");
  });
});
