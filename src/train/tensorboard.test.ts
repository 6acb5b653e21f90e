import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { fileVersion, scalars, sessionStart } from "./tensorboard.js";

const folder = mkdtempSync(join(tmpdir(), "senet-tensorboard-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

it("opens a file with the bytes that every event file of TensorFlow starts with", () => {
  const bytes = fileVersion(0);
  expect(hex(bytes.subarray(0, 12))).toBe("1800000000000000a37f4b22"); // length 24 and its checksum
  expect(hex(bytes.subarray(12, 36))).toBe(`09${"00".repeat(8)}1a0d${hex(new TextEncoder().encode("brain.Event:2"))}`);
  expect(bytes).toHaveLength(16 + 24);
});

const reader = fileURLToPath(new URL("../../tests/tensorboard/read-events.py", import.meta.url));
const python = spawnSync("python3", ["--version"]).status === 0;

it.skipIf(!python)("is read by an independent reader, which checks every checksum", () => {
  const at = (step: number) => ({ wallTime: 1.7e9 + step / 8, step });
  const path = join(folder, "events.out.tfevents.1");
  const events = [
    fileVersion(1.7e9),
    sessionStart(at(3)),
    scalars(at(300), { "train/loss": 0.5, "train/überholt": Number.NaN }),
    scalars(at(2 ** 40), { lr: 1e-30 }),
  ];
  writeFileSync(path, Buffer.concat(events));
  const { stdout, stderr } = spawnSync("python3", [reader, path], { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(
    stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line.replace("NaN", "null")) as unknown),
  ).toEqual([
    { wall_time: 1.7e9, file_version: "brain.Event:2" },
    { wall_time: 1.7e9 + 3 / 8, step: 3, session_status: 1 },
    { wall_time: 1.7e9 + 300 / 8, step: 300, scalars: { "train/loss": 0.5, "train/überholt": null } },
    { wall_time: 1.7e9 + 2 ** 37, step: 2 ** 40, scalars: { lr: Math.fround(1e-30) } },
  ]);
});
