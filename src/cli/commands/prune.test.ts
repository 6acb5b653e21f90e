import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { countMacs } from "../../account/cost.js";
import { readModel } from "../../graph/node/read-model.js";
import { runSenet } from "../run-senet.test.helper.js";
import { smallModel } from "../small-model.test.helper.js";

const folder = mkdtempSync(join(tmpdir(), "senet-prune-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const senet = (line: string) => runSenet(folder, ...line.split(" "));
const glyphs = "--data glyphs --test-limit 52 --train-limit 64 --mean 0.5,0.5,0.5 --std 0.3,0.3,0.3";

beforeAll(() => {
  writeFileSync(join(folder, "se.onnx"), smallModel({ se: true }));
  writeFileSync(join(folder, "plain.onnx"), smallModel());
});

describe("senet prune", () => {
  it("writes a smaller file, and shows what each rule loses before and after fine-tuning", async () => {
    const { code, stdout, stderr } = await senet(`prune se.onnx ${glyphs} --keep 0.5 --epochs 1 -o half.onnx`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(Math.max(...stdout.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(stdout).toMatch(/^0\.5 +gates .*after 1 epoch|^keep +by +MACs +top-1 +points \(95 %\) +after 1 epoch$/m);
    expect(stdout).toContain("Written: 0.5 by gates.");
    const [whole, half] = ["se.onnx", "half.onnx"].map((name) => readModel(join(folder, name)).graph);
    expect(countMacs(half!) / countMacs(whole!)).toBeCloseTo(0.5, 1);
    expect(half!.parameters.get("conv.weight")?.shape).toEqual([8, 3, 3, 3]);
  });

  it("prints a row for each share and rule as JSON", async () => {
    const { stdout } = await senet(`prune se.onnx ${glyphs} --by l1 -o l1.onnx --json`);
    const { rows, by, groups } = JSON.parse(stdout) as {
      rows: { by: string; keep: number }[];
      by: string;
      groups: unknown;
    };
    expect(rows.map((row) => `${row.keep} ${row.by}`)).toEqual(
      [0.875, 0.75, 0.625, 0.5].flatMap((keep) => ["gates", "l1", "random"].map((rule) => `${keep} ${rule}`)),
    );
    expect({ by, groups }).toMatchObject({ by: "l1", groups: [{ sites: ["se"], before: 16 }] });
  });

  it.each([
    [
      "a model without gates",
      "plain.onnx -o none.onnx",
      /^senet: small: has no gates of channels that can go; expected/,
    ],
    [
      "a share that is none",
      "se.onnx --keep 0 -o none.onnx",
      /^senet: --keep: got 0; expected a share above 0, up to 1/,
    ],
  ])("refuses %s in one line", async (_, rest, message) => {
    const { code, stderr } = await senet(`prune ${glyphs} ${rest}`);
    expect(stderr).toMatch(message);
    expect({ code, lines: stderr.trim().split("\n").length }).toEqual({ code: 2, lines: 1 });
    expect(existsSync(join(folder, "none.onnx"))).toBe(false);
  });
});

describe("senet export --drop-gates", () => {
  it("replaces the gates of a block by their means, under either name", async () => {
    for (const name of ["se", "SE_2_1", "auto"]) {
      const file = `${name}-dropped.onnx`;
      const { code, stdout } = await senet(
        `export se.onnx --drop-gates ${name} --data glyphs --max-drop 100 --test-limit 26 --mean 0.5,0.5,0.5 --std 0.3,0.3,0.3 -o ${file}`,
      );
      expect(code).toBe(0);
      expect(stdout).toMatch(/gates dropped: 1.*\n {2}SE_2_1 {2}se is now in bn\.weight\n$/);
      expect([...readModel(join(folder, file)).weights.keys()].filter((key) => key.startsWith("se."))).toEqual([]);
    }
  });

  it.each([
    ["without images", "--drop-gates auto", /^senet: --drop-gates: got it without --data; give the images/],
    ["without blocks", "--max-drop 1", /^senet: --max-drop: got it without --drop-gates; give both or none/],
    [
      "a block that does not exist",
      "--drop-gates SE_9_9 --data glyphs --mean 0.5,0.5,0.5 --std 0.3,0.3,0.3",
      /^senet: --drop-gates: got SE_9_9; expected blocks such as SE_2_1 \(se\), or auto/,
    ],
  ])("refuses %s in one line", async (_, flags, message) => {
    const { code, stderr } = await senet(`export se.onnx ${flags} -o refused.onnx`);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
    expect(existsSync(join(folder, "refused.onnx"))).toBe(false);
  });
});
