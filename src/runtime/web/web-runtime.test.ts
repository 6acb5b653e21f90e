import { afterAll, describe, expect, it } from "vitest";
import { browser } from "../../testing/browser.js";
import { inWebPage, softwareGpu, type WebPageOptions } from "../../testing/web-page.js";
import { nodeRuntime } from "../node/runtime.js";
import { sameTraining, type Trained } from "./same-training.test.helper.js";

const runtime = nodeRuntime({ threads: 2 });
afterAll(() => runtime.close());

const largest = (a: readonly number[], b: readonly number[]) => Math.max(...a.map((x, i) => Math.abs(x - b[i]!)));

/** What a page says of the runtime that it opens. */
interface Opened {
  readonly name?: string;
  readonly device?: string;
  readonly threads?: number;
  readonly passedOver?: readonly string[];
  readonly refused?: string;
}

/** Opens a runtime with these options, written as code. */
const opened = (options: string, page?: WebPageOptions) =>
  inWebPage<Opened>(
    `import { webRuntime } from "senet/web";
     const runtime = await webRuntime(${options}).catch(({ message }) => ({ refused: message }));
     const { name, device, threads, passedOver, refused } = runtime;
     report({ name, device, threads, passedOver, refused });`,
    page,
  );

const noCard = "WebGPU finds no graphics card; update its driver, or switch hardware acceleration on";
const notIsolated =
  "the page is not isolated; serve it with the headers Cross-Origin-Opener-Policy: same-origin and " +
  "Cross-Origin-Embedder-Policy: require-corp";

describe.skipIf(browser === undefined)("in Chromium", () => {
  it("training has the losses of Node's at every step, on WebAssembly with threads", async () => {
    const [here, there] = [
      await sameTraining(runtime),
      await inWebPage<Trained>(`
        import { webRuntime } from "senet/web";
        import { sameTraining } from "#dist/runtime/web/same-training.test.helper.js";
        const runtime = await webRuntime({ device: "wasm", threads: 2 });
        report(await sameTraining(runtime));
        await runtime.close();`),
    ];
    expect(there.name).toMatch(/^onnxruntime-web \d+\.\d+\.\d+ \(wasm, 2 threads\)$/);
    expect(there.losses).toHaveLength(12);
    expect(here.losses.at(-1)).toBeLessThan(here.losses[0]!);
    expect(largest(here.losses, there.losses)).toBeLessThan(1e-4);
    expect(largest(here.tested, there.tested)).toBeLessThan(1e-4);
  });

  it("says what runs, and what it passed over and why", async () => {
    const { name, device, threads, passedOver } = await opened("{}", { isolated: false });
    expect([device, threads]).toEqual(["wasm", 1]);
    expect(name).toMatch(/\(wasm, 1 thread\)$/);
    expect(passedOver?.[0]).toBe(`webgpu: ${noCard}`);
    for (const line of passedOver!.slice(1)) expect(line).toMatch(/^\d threads: /); // none on a machine of one core
    for (const line of passedOver!.slice(1)) expect(line).toContain(notIsolated);
  });

  it("refuses what is asked for by name and is not there", async () => {
    expect(await opened('{ device: "webgpu" }')).toEqual({
      refused: `webRuntime: got device webgpu, but ${noCard}`,
    });
    expect(await opened('{ device: "wasm", threads: 2 }', { isolated: false })).toEqual({
      refused: `webRuntime: got threads 2, but ${notIsolated}`,
    });
    expect((await opened('{ files: "/elsewhere" }')).refused).toMatch(
      /^webRuntime: onnxruntime-web cannot be started \(.*\/elsewhere\/.*\); let the page's bundler .* by files$/,
    );
  });
});

/** Whether the browser gives a page WebGPU, in software at least. */
const gpu = browser !== undefined && (await opened('{ device: "webgpu" }', { flags: softwareGpu })).name;

describe.skipIf(!gpu)("in Chromium on WebGPU in software", () => {
  it("names it, and answers as Node does", async () => {
    expect(gpu).toMatch(/^onnxruntime-web \d+\.\d+\.\d+ \(webgpu by (jspi|asyncify)\)$/);
  });
});
