import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { openInBrowser } from "./browser.js";

/** What a browser made of a page. */
export interface SeenPage {
  /** Errors of scripts, and what was logged as one. */
  readonly errors: readonly string[];
  /** For each `svg` of class `chart` whether it has a size and a shape in it. */
  readonly charts: readonly boolean[];
  /** What `probe` gave. */
  readonly probed: unknown;
}

/**
 * Opens a page in the browser, with a script in front that hears of errors and one behind that looks.
 * @param probe JavaScript that is run in the page as the body of an async function, and whose result is given back.
 */
export async function lookAtPage(page: string, probe = "return null"): Promise<SeenPage> {
  const before = `<script>
    window.seenErrors = [];
    addEventListener("error", (event) => seenErrors.push(event.message));
    for (const kind of ["error", "warn"]) console[kind] = (...all) => seenErrors.push(all.join(" "));
  </script>`;
  const after = `<script>addEventListener("load", async () => {
    const charts = [...document.querySelectorAll("svg.chart")].map((svg) => {
      const { width, height } = svg.getBoundingClientRect();
      return width > 50 && height > 50 && svg.querySelector("path, polygon, rect, circle") !== null;
    });
    let probed;
    try { probed = await (async () => { ${probe} })(); } catch (error) { seenErrors.push(String(error)); }
    await fetch("/seen", { method: "POST", body: JSON.stringify({ errors: seenErrors, charts, probed }) });
  });</script>`;
  const server = createServer((request, response) => {
    if (request.url === "/seen") {
      server.emit("seen", text(request));
      response.end();
    } else if (request.url === "/") {
      response.setHeader("content-type", "text/html").end(page.replace("<head>", `<head>${before}`) + after);
    } else response.writeHead(204).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const seen = once(server, "seen").then(async ([body]) => JSON.parse(await (body as Promise<string>)) as SeenPage);
  try {
    return await openInBrowser(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, seen);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
