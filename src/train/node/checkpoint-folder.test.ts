import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../errors.js";
import { float32, int64, type Tensor } from "../../graph/tensor.js";
import type { Notice } from "../../notice.js";
import type { Checkpoint } from "../checkpoint.js";
import { checkpointFolder } from "./checkpoint-folder.js";

const root = mkdtempSync(join(tmpdir(), "senet-checkpoints-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const path = join(root, "checkpoints");
beforeEach(() => rmSync(path, { recursive: true, force: true }));

/** A checkpoint after some epochs of these accuracies. */
function checkpoint(epoch: number, step: number, accuracies: readonly number[] = []): Checkpoint {
  const state = new Map<string, Tensor>([
    ["w", float32([2, 2], [epoch, step, 0.1, -0])],
    ["n", int64([], [epoch])],
  ]);
  const sums = { loss: 0.1, correct: 3, parts: [0.1, 1 / 3], lr: 0.1, imagesPerSecond: 7, seconds: 1.5, waited: 0.1 };
  const history = accuracies.map((testTop1, i) => ({
    ...{ epoch: i + 1, lr: 0.1, trainLoss: 1, trainLosses: [1, Number.NaN], trainTop1: 1 / 3, testLoss: Number.NaN },
    ...{ testTop1, imagesPerSecond: 1, seconds: 1, dataWait: 0 },
  }));
  return { state, progress: { format: 1, epoch, step, sums, history, identity: { seed: 1 } } };
}

const name = (epoch: number, step: number) => `epoch-000${epoch}-step-000000${step}`;
const folder = checkpointFolder(path);
const notices: Notice[] = [];
const load = () => folder.load((notice) => notices.push(notice));
beforeEach(() => notices.splice(0));

describe("checkpointFolder", () => {
  it("gives back what was saved, to the last bit", async () => {
    const saved = checkpoint(2, 5, [50, 51]);
    await folder.save(saved);
    const loaded = await load();
    expect(loaded!.progress).toEqual(saved.progress);
    expect(new Map([...loaded!.state].sort())).toEqual(new Map([...saved.state].sort()));
    expect(notices).toEqual([]);
  });

  it("is undefined where nothing was saved", async () => expect(await load()).toBeUndefined());

  it("writes checksums that sha256sum agrees with", async () => {
    await folder.save(checkpoint(1, 0));
    const { stdout } = spawnSync("sha256sum", ["--check", "SHA256SUMS"], {
      cwd: join(path, name(1, 0)),
      encoding: "utf8",
    });
    expect(stdout).toBe("state.safetensors: OK\ncheckpoint.json: OK\n");
  });

  it("keeps the last two and the one of the best epoch", async () => {
    await folder.save(checkpoint(1, 0));
    await folder.save(checkpoint(1, 4));
    await folder.save(checkpoint(2, 0, [60]));
    await folder.save(checkpoint(3, 0, [60, 70]));
    await folder.save(checkpoint(4, 0, [60, 70, 70]));
    await folder.save(checkpoint(4, 4, [60, 70, 70]));
    expect(readdirSync(path).sort()).toEqual([name(3, 0), name(4, 0), name(4, 4)]);
    await folder.save(checkpoint(5, 0, [60, 70, 70, 65]));
    expect(readdirSync(path).sort()).toEqual([name(3, 0), name(4, 4), name(5, 0)]);
    expect((await load())!.progress.epoch).toBe(5);
  });

  it("orders by number, not by name", async () => {
    await folder.save(checkpoint(1, 9_999_999));
    await folder.save(checkpoint(1, 10_000_000));
    expect((await load())!.progress.step).toBe(10_000_000);
  });

  it("passes over what a killed run left half done, and removes it with the next save", async () => {
    await folder.save(checkpoint(1, 0));
    for (const leftover of [`new-${name(1, 5)}`, `old-${name(1, 0)}`]) {
      mkdirSync(join(path, leftover));
      writeFileSync(join(path, leftover, "state.safetensors"), "half");
    }
    expect((await load())!.progress).toEqual(checkpoint(1, 0).progress);
    expect(notices).toEqual([]);
    await folder.save(checkpoint(1, 5));
    expect(readdirSync(path).sort()).toEqual([name(1, 0), name(1, 5)]);
  });
});

describe("a damaged checkpoint", () => {
  const file = (part: string) => join(path, name(2, 0), part);
  const flip = (part: string) => {
    const bytes = readFileSync(file(part));
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(file(part), bytes);
  };
  beforeEach(async () => {
    await folder.save(checkpoint(1, 4));
    await folder.save(checkpoint(2, 0, [50]));
  });

  it.each<[string, () => void, RegExp]>([
    ["a bit of the state", () => flip("state.safetensors"), /state.safetensors does not have the checksum/],
    ["a bit of the rest", () => flip("checkpoint.json"), /checkpoint.json does not have the checksum/],
    ["the end of the state", () => truncateSync(file("state.safetensors"), 100), /does not have the checksum/],
    ["a missing state", () => rmSync(file("state.safetensors")), /no such file/],
    ["missing checksums", () => rmSync(file("SHA256SUMS")), /no such file/],
    ["empty checksums", () => truncateSync(file("SHA256SUMS")), /does not have the checksum/],
  ])("is passed over for the one before, loudly: %s", async (_, damage, reason) => {
    damage();
    expect((await load())!.progress).toEqual(checkpoint(1, 4).progress);
    const passed = { path: join(path, name(2, 0)), reason: expect.stringMatching(reason) as string };
    expect(notices).toEqual([{ kind: "damaged-checkpoint", ...passed }]);
  });

  it("gives way to whole ones", async () => {
    flip("checkpoint.json");
    await folder.save(checkpoint(1, 8));
    expect(readdirSync(path).sort()).toEqual([name(1, 4), name(1, 8)]);
    await folder.save(checkpoint(2, 0, [50]));
    expect((await load())!.progress.epoch).toBe(2);
    expect(notices).toEqual([]);
  });

  it("is an error when no other is left", async () => {
    flip("checkpoint.json");
    rmSync(join(path, name(1, 4)), { recursive: true });
    await expect(load()).rejects.toThrow(UserError);
    await expect(load()).rejects.toThrow(`${path}: got 1 checkpoint, which is damaged; expected a whole one`);
  });
});

// A file system of 200 kB is the real thing; who may not mount one skips this visibly.
const disk = join(root, "disk");
mkdirSync(disk);
const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=200k", "none", disk]).status === 0;
afterAll(() => mounted && spawnSync("umount", [disk]));

it.skipIf(!mounted)("loses nothing to a full disk", async () => {
  const small = checkpointFolder(join(disk, "checkpoints"));
  await small.save(checkpoint(1, 0));
  const large = checkpoint(1, 4);
  const state = new Map([...large.state, ["large", float32([60_000], new Float32Array(60_000))] as const]);
  await expect(small.save({ ...large, state })).rejects.toThrow("ENOSPC");
  expect(readdirSync(small.path)).toEqual([name(1, 0)]);
  expect((await small.load(() => expect.unreachable()))!.progress).toEqual(checkpoint(1, 0).progress);
  await small.save(large);
  expect((await small.load(() => expect.unreachable()))!.progress).toEqual(large.progress);
});

it("says what the system says of a folder that is gone", async () => {
  await expect(checkpointFolder(join(root, "gone", "checkpoints")).save(checkpoint(1, 0))).rejects.toThrow("ENOENT");
});
