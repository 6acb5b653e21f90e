import { execFile } from "node:child_process";
import { setImmediate as immediate } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { describeRuntime, doubling, matrix, slow } from "../runtime-contract.test.helper.js";
import { nodeRuntime } from "./runtime.js";

const runtime = nodeRuntime({ threads: 1 });
afterAll(() => runtime.close());

describeRuntime(() => nodeRuntime({ threads: 1 }));

describe("the event loop", () => {
  it("stays free while a graph runs", async () => {
    const session = await runtime.open(slow(40));
    let [running, turns] = [true, 0];
    const run = session.run(matrix).finally(() => {
      running = false;
    });
    for (; running; turns++) await immediate();
    await run;
    expect(turns).toBeGreaterThan(20); // a few if it were not free, thousands as a rule
    await session.release();
  });
});

describe("closing", () => {
  it("is not needed for the process to end, and open work keeps it alive until then", async () => {
    const script = `
      import { nodeRuntime } from ${JSON.stringify(new URL("./runtime.js", import.meta.url).href)};
      const session = await nodeRuntime({ threads: 1 }).open(Buffer.from(process.argv[1], "base64"));
      const { y } = await session.run({ x0: { dtype: "float32", shape: [1, 2], data: Float32Array.of(1, 2) } });
      console.log(...y.data);
    `;
    const argv = ["--input-type=module", "--eval", script, Buffer.from(doubling).toString("base64")];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, argv);
    expect([stdout, stderr]).toEqual(["2 4\n", ""]);
  });
});

describe("name", () => {
  it("says which engine runs, its version and its threads", () => {
    expect(runtime.name).toMatch(/^onnxruntime-node \d+\.\d+\.\d+ \(cpu, 1 thread\)$/);
  });
});
