import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, normalize } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { browser, openInBrowser } from "../testing/browser.js";
import { noiseImage } from "../testing/noise-image.js";
import { preprocess } from "./preprocess.js";
import type { Preprocessing } from "./preprocessing.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const photo = { size: [500, 375], channels: 4, hard: false } as const;
const preprocessing: Preprocessing = {
  ...{ height: 192, width: 96, resize: [235, 117], cropMode: "border", interpolation: "bicubic" },
  ...{ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
};

/** Runs in the browser, from the same files: the goldens of PIL, and a photo with alpha as a canvas gives it. */
const page = `<!doctype html><script type="module">
  import { preprocess } from "/dist/data/preprocess.js";
  import { noiseImage } from "/dist/testing/noise-image.js";
  import { resizeGoldens } from "/dist/testing/resize-golden.js";
  const sha256 = async (data) =>
    Array.from(new Uint8Array(await crypto.subtle.digest("SHA-256", data)), (b) => b.toString(16).padStart(2, "0")).join("");
  const report = (result) => fetch("/result", { method: "POST", body: JSON.stringify(result) });
  try {
    const golden = await (await fetch("/tests/goldens/resize.json")).json();
    let equal = 0;
    const wrong = [];
    for (const { one, result } of resizeGoldens(golden)) {
      if ((await sha256(result.data)) === one.sha256) equal++;
      else wrong.push(one);
    }
    const x = preprocess(noiseImage(...${JSON.stringify(photo.size)}, 4, false), ${JSON.stringify(preprocessing)});
    await report({ agent: navigator.userAgent, equal, wrong, x: await sha256(x) });
  } catch (error) {
    await report({ error: String(error) });
  }
</script>`;

describe.skipIf(browser === undefined)("resizing in a browser", () => {
  it("gives PIL's bytes, and the input that Node gives", async () => {
    const golden = JSON.parse(readFileSync(join(root, "tests/goldens/resize.json"), "utf8"));
    const result = await inBrowser();
    expect(result).toMatchObject({
      equal: golden.resizes.length + golden.crops.length + golden.evaluations.length,
      wrong: [],
    });
    const x = preprocess(noiseImage(photo.size[0], photo.size[1], photo.channels, photo.hard), preprocessing);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", x));
    expect(result).toMatchObject({ x: Buffer.from(digest).toString("hex"), agent: expect.stringContaining("Chrome") });
  });
});

/** What the page reports. */
async function inBrowser(): Promise<unknown> {
  const server = createServer((request, response) => {
    const path = normalize(request.url ?? "/");
    if (path === "/result") {
      server.emit("result", text(request));
      response.end();
    } else if (path === "/") {
      response.setHeader("content-type", "text/html").end(page);
    } else if (/^\/(dist|tests)\//.test(path) && existsSync(join(root, path))) {
      response.setHeader("content-type", path.endsWith(".js") ? "text/javascript" : "application/json");
      response.end(readFileSync(join(root, path)));
    } else {
      response.writeHead(404).end();
    }
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  try {
    const [result] = await openInBrowser(`http://127.0.0.1:${port}/`, once(server, "result"));
    return JSON.parse(await (result as Promise<string>));
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
