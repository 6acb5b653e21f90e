import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { browser } from "../../testing/browser.js";
import { lookAtPage } from "../../testing/look-at-page.js";
import { type Finished, interrupted, runSenet, startOnTerminal } from "../run-senet.test.helper.js";
import { smallModel } from "../small-model.test.helper.js";

const folder = mkdtempSync(join(tmpdir(), "senet-explain-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const senet = (line: string): Promise<Finished> => runSenet(folder, ...line.split(" "));
const text = (path: string) => readFileSync(join(folder, path), "utf8");
const glyphs = "--data glyphs --test-limit 104 --mean 0.5,0.5,0.5 --std 0.3,0.3,0.3";

/** What of the document is read here. */
interface Explanation {
  readonly images: number;
  readonly blocks: readonly {
    readonly site: string;
    readonly paper: string;
    readonly all: { mean: number[]; std: number[] };
    readonly classes: readonly { images: number }[];
  }[];
  readonly classes: readonly { label: number; name: string }[];
  readonly switched?: {
    readonly rows: readonly { site?: string; mode: string; loss: { mean: number; interval: number[] } }[];
  };
}

beforeAll(() => {
  writeFileSync(join(folder, "se.onnx"), smallModel({ se: true }));
  writeFileSync(join(folder, "plain.onnx"), smallModel());
});

describe("senet explain", () => {
  let found: Finished;
  let document: Explanation;
  beforeAll(async () => {
    found = await senet(`explain --model se.onnx ${glyphs} --classes A,B --out looked --json`);
    document = JSON.parse(found.stdout) as Explanation;
  });

  it("says what the gates do, block by block, and writes page, figures and numbers", () => {
    expect(found).toMatchObject({ code: 0, stderr: expect.stringContaining("The page: looked/report.html") });
    expect(document).toMatchObject({ images: 104, blocks: [{ site: "se", paper: "SE_2_1" }] });
    expect(document.classes.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(document.switched!.rows.map(({ site, mode }) => `${site ?? "all"} ${mode}`)).toEqual(
      ["se", "all"].flatMap((site) => ["mean", "one", "shuffled"].map((mode) => `${site} ${mode}`)),
    );
    expect(readdirSync(join(folder, "looked")).toSorted()).toEqual(
      [
        ...["SE_2_1-mean.png", "SE_2_1-mean.svg", "SE_2_1-spread.png", "SE_2_1-spread.svg", "blocks.csv"],
        ...["explanation.json", "gates-mean.npy", "gates-quantiles.npy", "gates-std.npy", "report.html"],
      ].toSorted(),
    );
    expect(text("looked/explanation.json")).toBe(found.stdout);
    expect(text("looked/blocks.csv").split("\n")[1]).toMatch(/^SE_2_1,se,16,104,/);
    expect(text("looked/SE_2_1-mean.svg")).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="430"/);
    expect(text("looked/SE_2_1-mean.svg")).not.toContain("var(");
    expect(readFileSync(join(folder, "looked/gates-mean.npy")).toString("latin1")).toContain("'shape': (27, 16)");
  });

  it("prints a table of 80 columns", async () => {
    const { stdout, code } = await senet(`explain --model se.onnx ${glyphs} --out printed --switch-images 20`);
    expect(code).toBe(0);
    expect(Math.max(...stdout.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(stdout).toMatch(/^SE_2_1 +16 /m);
  });

  it("gives the same numbers for other batches", async () => {
    const { stdout } = await senet(
      `explain --model se.onnx ${glyphs} --classes A,B --batch 7 --out by7 --switch-images 0 --json`,
    );
    const other = JSON.parse(stdout) as Explanation;
    for (const of of ["mean", "std"] as const) {
      const [ours, theirs] = [document.blocks[0]!.all[of], other.blocks[0]!.all[of]];
      expect(theirs).toEqual(ours.map((value) => expect.closeTo(value, 5)));
    }
    expect(other.switched).toBeUndefined();
  });

  it("takes so many images of each class", async () => {
    const { stdout } = await senet(
      `explain --model se.onnx ${glyphs} --per-class 2 --out few --switch-images 0 --json`,
    );
    const { images, classes, blocks } = JSON.parse(stdout) as Explanation;
    expect(images).toBeLessThanOrEqual(52);
    expect(classes).toHaveLength(5);
    expect(blocks[0]!.classes.map((one) => one.images)).toEqual([2, 2, 2, 2, 2]);
  });

  it.each([
    ["a model without gates", "--model plain.onnx", /^senet: small: has no gates; expected a network with Squeeze/],
    [
      "a class that does not exist",
      "--model se.onnx --classes A,1000",
      /^senet: --classes: got 1000; expected names or numbers of 26 classes, such as/,
    ],
    ["an empty class", "--model se.onnx --classes A,,B", /^senet: --classes: got "A,,B"; expected names/],
  ])("refuses %s in one line", async (_, flags, message) => {
    const { code, stderr } = await senet(`explain ${flags} ${glyphs} --out refused`);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(code).toBe(2);
    expect(existsSync(join(folder, "refused"))).toBe(false);
  });

  it("is stopped by Ctrl-C, and leaves nothing", async () => {
    let shown = "";
    const start = () => {
      const child = startOnTerminal(
        folder,
        ..."explain --model se.onnx --data glyphs --mean 0.5,0.5,0.5 --std 0.3,0.3,0.3 --batch 1 --out stopped".split(
          " ",
        ),
      );
      child.stderr!.on("data", (part: Buffer) => (shown += part.toString()));
      return child;
    };
    const { code } = await interrupted(start, () => shown.includes("looking at gates"));
    expect(code).toBe(130);
    expect(existsSync(join(folder, "stopped"))).toBe(false);
  });

  it.skipIf(browser === undefined)("draws every chart in a browser, answers to the mouse and sorts", async () => {
    const probe = `
      const chart = document.querySelector(".live");
      const box = chart.getBoundingClientRect();
      chart.dispatchEvent(new PointerEvent("pointermove", { clientX: box.left + box.width / 2, clientY: box.top + 20, bubbles: true }));
      const tip = chart.querySelector("output").textContent;
      document.querySelector(".sortable th button").click();
      return { tip, sorted: document.querySelectorAll("th[aria-sort]").length };`;
    const seen = await lookAtPage(text("looked/report.html"), probe);
    expect(seen.errors).toEqual([]);
    expect(seen.charts.length).toBe(4);
    expect(seen.charts).not.toContain(false);
    expect(seen.probed).toEqual({ tip: expect.stringMatching(/^channel \d+a 0\.\d{3} ± /), sorted: 1 });
  });
});
