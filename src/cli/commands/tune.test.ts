import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { interrupted, runSenet, startSenet } from "../run-senet.test.helper.js";
import { smallModel } from "../small-model.test.helper.js";

const folder = mkdtempSync(join(tmpdir(), "senet-tuned-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const start = (line: string) => startSenet(folder, ...line.split(" "));
const senet = (line: string) => runSenet(folder, ...line.split(" "));
const file = (path: string) => readFileSync(join(folder, path));
for (const se of [false, true]) writeFileSync(join(folder, se ? "se.onnx" : "plain.onnx"), smallModel({ se }));
const data = "--data glyphs --train-limit 96 --test-limit 32 --batch 16 --threads 1";

const listed = (path: string) => (existsSync(join(folder, path)) ? readdirSync(join(folder, path)).length : 0);

describe("--tune", () => {
  it("keeps the table in the run's folder, and the run can be repeated with it to the bit", async () => {
    const first = await senet(`train --model ./se.onnx ${data} --epochs 1 --out first --tune t.json`);
    expect([first.code, first.stderr]).toEqual([0, expect.stringContaining("kept in t.json")]);
    expect(file("first/algorithms.json")).toEqual(file("t.json"));
    const again = await senet(`train --model ./se.onnx ${data} --epochs 1 --out again --tune first/algorithms.json`);
    expect([again.code, again.stderr]).toEqual([0, expect.not.stringContaining("measured")]);
    expect(file("again/model.onnx")).toEqual(file("first/model.onnx"));
  });

  it("goes on after Ctrl-C with the algorithms that the run began with", async () => {
    const line = `train --model ./se.onnx ${data} --epochs 10 --checkpoint-every 1`;
    await senet(`${line} --out whole --tune t.json`);
    const begin = () => {
      rmSync(join(folder, "stopped"), { recursive: true, force: true });
      return start(`${line} --out stopped --tune t.json`);
    };
    expect((await interrupted(begin, () => listed("stopped/checkpoints") >= 2)).code).toBe(130);
    rmSync(join(folder, "t.json"));
    const { code, stderr } = await senet("train --resume stopped");
    expect([code, stderr]).toEqual([0, expect.not.stringContaining("bits may differ")]);
    expect(file("stopped/model.onnx")).toEqual(file("whole/model.onnx"));
  });

  it("measures for all networks of a comparison", async () => {
    const { code, stderr } = await senet(
      `compare --models ./plain.onnx,./se.onnx ${data} --epochs 1 --seeds 1 --out both --tune cached.json`,
    );
    expect([code, stderr]).toEqual([0, expect.stringMatching(/measured the algorithms of (\d+) of \1 gradients/)]);
    const { milliseconds } = JSON.parse(file("both/algorithms.json").toString());
    expect(Object.keys(milliseconds).filter((task) => task.includes("x1x1 "))).not.toEqual([]); // gates: those of se.onnx
  });
});
