import { type ChildProcess, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Notice } from "../notice.js";
import { until } from "../testing/until.js";
import { checkpointFolder } from "../train/node/checkpoint-folder.js";
import { type Finished, finished, startSenet } from "./run-senet.test.helper.js";
import { smallModel } from "./small-model.test.helper.js";

const folder = mkdtempSync(join(tmpdir(), "senet-disaster-"));
const disk = join(folder, "disk");
mkdirSync(disk);
// A file system of its own is the real thing; who may not mount one skips these tests visibly.
const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=6m", "none", disk]).status === 0;
afterAll(() => {
  if (mounted) spawnSync("umount", [disk]);
  rmSync(folder, { recursive: true, force: true });
});

const few = "--data glyphs --train-limit 64 --test-limit 16 --batch 16 --checkpoint-every 1";
const start = (line: string): ChildProcess => startSenet(folder, ...line.split(" "));
const senet = (line: string): Promise<Finished> => finished(start(line));
const model = (run: string) => readFileSync(join(folder, run, "model.onnx"));

describe.skipIf(!mounted)("a full disk", () => {
  it("ends a run in one line; with room made it goes on to the same bytes", async () => {
    const { code, stdout, stderr } = await senet(`train --model resnet20 ${few} --epochs 2 --out disk/run`);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr.trimEnd().split("\n").at(-1)).toMatch(
      /^senet: cannot write disk\/run\/\S+ \(ENOSPC: .*\); what was saved before is whole; make room, then go on with: senet train --resume disk\/run$/,
    );
    const damaged = ({ kind }: Notice) => expect.fail(kind);
    expect((await checkpointFolder(join(disk, "run/checkpoints")).load(damaged))!.progress.step).toBeGreaterThan(0);
    spawnSync("mount", ["-o", "remount,size=60m", disk]);
    expect((await senet("train --resume disk/run")).code).toBe(0);
    expect((await senet(`train --model resnet20 ${few} --epochs 2 --out whole`)).code).toBe(0);
    expect(model("disk/run").equals(model("whole"))).toBe(true);
  });
});

describe("a folder that is taken away while a run writes to it", () => {
  it("ends the run in one line; put back, the run goes on", async () => {
    writeFileSync(join(folder, "small.onnx"), smallModel());
    let ended: Finished;
    do {
      for (const run of ["here", "there"]) rmSync(join(folder, run), { recursive: true, force: true });
      const child = start(`train --model ./small.onnx ${few} --epochs 20 --out here`);
      const over = finished(child);
      await until(() => existsSync(join(folder, "here/checkpoints/epoch-0001-step-0000001")));
      renameSync(join(folder, "here"), join(folder, "there"));
      ended = await over;
    } while (ended.code === 0); // it was over before its folder was gone
    const { code, stderr } = ended;
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
