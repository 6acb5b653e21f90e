import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { browser } from "../testing/browser.js";
import type { RunSummary } from "../workspace/run/list-runs.js";
import { lockRun } from "../workspace/run/run-lock.js";
import { type Studio, startStudio } from "./start-studio.js";

const folder = mkdtempSync(join(tmpdir(), "senet-studio-"));
const runs = join(folder, "runs");
const epoch = (n: number, testTop1: number) =>
  `${JSON.stringify({ epoch: n, lr: 0.1, trainLoss: 1 / n, testLoss: 2 / n, testTop1 })}\n`;

function makeRun(name: string, lr: number, log: string, report = ""): string {
  const path = join(runs, name);
  mkdirSync(path, { recursive: true });
  const config = { kind: "train", command: "senet train", model: "seresnet20", data: "glyphs", seed: 1 };
  writeFileSync(join(path, "config.json"), JSON.stringify({ ...config, recipe: { lr, epochs: 3 } }));
  writeFileSync(join(path, "metrics.jsonl"), log);
  if (report !== "") writeFileSync(join(path, "report.html"), report);
  return path;
}

let studio: Studio;
let unlock = () => {};
beforeAll(async () => {
  studio = await startStudio({ runs });
  makeRun("done", 0.1, epoch(1, 20) + epoch(2, 50) + epoch(3, 45), "<script>document.title = 'ran'</script>");
  writeFileSync(join(runs, "done/model.onnx"), "");
  unlock = lockRun(makeRun("deep/working", 0.2, epoch(1, 25)));
  writeFileSync(join(folder, "secret.html"), "secret");
});
afterAll(async () => {
  unlock();
  await studio.close();
  rmSync(folder, { recursive: true, force: true });
});

const ask = (path: string, init?: RequestInit) => fetch(studio.url + path, init);

describe("the studio's server", () => {
  it("gives the page, isolated, so that the engine has threads", async () => {
    const response = await ask("/");
    expect(response.status).toBe(200);
    expect(await response.text()).toContain("<title>");
    expect(response.headers.get("cross-origin-opener-policy")).toBe("same-origin");
    expect(response.headers.get("cross-origin-embedder-policy")).toBe("require-corp");
  });

  it("lists runs, and sends nothing again until one has changed", async () => {
    const response = await ask("/api/runs");
    const list = (await response.json()) as RunSummary[];
    expect(new Map(list.map(({ name, state, best }) => [name, [state, best]]))).toEqual(
      new Map([
        ["done", ["finished", 50]],
        ["deep/working", ["running", 25]],
      ]),
    );
    const headers = { "if-none-match": response.headers.get("etag")! };
    expect((await ask("/api/runs", { headers })).status).toBe(304);
    appendFileSync(join(runs, "deep/working/metrics.jsonl"), epoch(2, 35));
    expect((await ask("/api/runs", { headers })).status).toBe(200);
    expect(await (await ask("/api/epochs?run=deep/working")).json()).toHaveLength(2);
  });

  it("gives reports of runs, which can ask nothing of it, and no other file", async () => {
    await ask("/api/runs");
    const report = await ask("/runs/done/report.html");
    expect([report.status, report.headers.get("content-security-policy")]).toEqual([
      200,
      "sandbox allow-scripts allow-popups",
    ]);
    for (const path of [
      "/runs/done/config.json",
      "/runs/none/report.html",
      "/runs/deep/working/report.html",
      "/runs/../secret.html",
      "/runs/%2e%2e/secret.html",
      "/runs/done/..%2f..%2fsecret.html",
      "/api/epochs?run=..",
    ]) {
      expect((await ask(path)).status, path).toBe(404);
    }
  });

  it("answers no page that got here under the name of another host", async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { host: "elsewhere.example" };
      request(`${studio.url}/api/runs`, { headers }, ({ statusCode }) => resolve(statusCode))
        .on("error", reject)
        .end();
    });
    expect(status).toBe(403);
  });
});

describe.skipIf(browser === undefined)("the studio in Chromium", () => {
  let chrome: Browser;
  let page: Page;
  const logged: string[] = [];
  beforeAll(async () => {
    chrome = await chromium.launch({ executablePath: browser!, args: ["--no-sandbox"] });
    page = await chrome.newPage({ viewport: { width: 1000, height: 800 } });
    page.setDefaultTimeout(120_000);
    page.on("console", (message) => message.type() === "error" && logged.push(message.text()));
    page.on("pageerror", ({ message }) => logged.push(message));
  });
  afterAll(() => chrome.close());

  it("reads a letter under the pen, and shows nine blocks of gates that one can switch off", async () => {
    await page.goto(studio.url);
    const paper = (await page.getByLabel("Paper: draw a letter here").boundingBox())!;
    const at = (x: number, y: number) => [paper.x + x * paper.width, paper.y + y * paper.height] as const;
    await page.mouse.move(...at(0.35, 0.2));
    await page.mouse.down();
    await page.mouse.move(...at(0.35, 0.8), { steps: 8 });
    await page.mouse.move(...at(0.7, 0.8), { steps: 8 });
    await page.mouse.up();
    const first = page.getByLabel("Answers").getByRole("listitem").first();
    await first.filter({ hasText: /^l/ }).waitFor();
    const gates = page.getByLabel("Gates by block").getByRole("listitem");
    expect(await gates.count()).toBe(9);
    const answers = page.getByLabel("Answers");
    const before = await answers.textContent();
    for (const select of await gates.getByRole("combobox").all()) await select.selectOption("one");
    await expect.poll(() => answers.textContent(), { timeout: 60_000 }).not.toBe(before);
  });

  it("answers what photos show, by a model that is given to it", async () => {
    await page.goto(`${studio.url}/#photos`);
    const [model, photos] = [page.locator("input[type=file]").first(), page.locator("input[type=file]").nth(1)];
    const response = await ask("/letters.onnx");
    const buffer = Buffer.from(await response.arrayBuffer());
    await model.setInputFiles({ name: "letters.onnx", mimeType: "application/octet-stream", buffer });
    const white = sharp({ create: { width: 40, height: 40, channels: 3, background: "white" } });
    await photos.setInputFiles({ name: "w.png", mimeType: "image/png", buffer: await white.png().toBuffer() });
    await page.getByLabel("Answers").getByRole("listitem").first().waitFor();
    await photos.setInputFiles({ name: "no.png", mimeType: "image/png", buffer: Buffer.from("none") });
    expect(await page.getByRole("alert").textContent()).toBe("no.png is no image that this browser can read");
  });

  it("shows runs while they train, their curves, and what their recipes differ in", async () => {
    await page.goto(`${studio.url}/#runs`);
    const row = page.getByRole("row").filter({ hasText: "deep/working" });
    await row.getByRole("cell", { name: "35.00" }).first().waitFor();
    appendFileSync(join(runs, "deep/working/metrics.jsonl"), epoch(3, 55));
    await row.getByRole("cell", { name: "55.00" }).first().waitFor();
    for (const name of ["done", "deep/working"]) await page.getByLabel(`Show ${name}`).check();
    await page.getByRole("row").filter({ hasText: "lr" }).getByRole("cell", { name: "0.2" }).waitFor();
    expect(await page.locator(".chosen canvas").count()).toBe(3);
    await page.getByRole("link", { name: "done", exact: true }).click();
    await expect.poll(() => page.title()).toBe("ran");
  });

  it("logs no error in all this", () => expect(logged).toEqual([]));
});
