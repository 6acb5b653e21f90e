import * as ort from "onnxruntime-node";
import { afterAll, describe, expect, expectTypeOf, it } from "vitest";
import { float32 } from "../graph/tensor.js";
import type { OrtModule } from "./ort/ort-module.js";
import { ortRuntime } from "./ort-runtime.js";
import { describeRuntime, doubling } from "./runtime-contract.test.helper.js";

// onnxruntime-web has the same interface as onnxruntime-node, which is here.

describeRuntime(() => ortRuntime(ort, { intraOpNumThreads: 1 }));

const { InferenceSession, Tensor }: OrtModule = ort;

describe("ortRuntime", () => {
  const runtime = ortRuntime(ort, { executionProviders: ["cpu"] });
  afterAll(() => runtime.close());

  it("takes the module as it is imported, without a cast", () => {
    expectTypeOf(ort).toExtend<OrtModule>();
  });

  it("says which engine runs, and on what", () => {
    expect(runtime.name).toMatch(/^onnxruntime-node \d+\.\d+\.\d+ \(cpu\)$/);
    const versions = { common: "1.2.3", web: "1.2.4" };
    expect(ortRuntime({ InferenceSession, Tensor, env: { versions } }).name).toBe("onnxruntime-web 1.2.4");
    expect(ortRuntime({ InferenceSession, Tensor }).name).toBe("onnxruntime of unknown version");
  });

  it("never runs a session twice at a time", async () => {
    let running = 0;
    const watched: OrtModule = {
      ...ort,
      InferenceSession: {
        async create(onnx, options) {
          const session = await InferenceSession.create(onnx, options);
          return {
            outputNames: session.outputNames,
            release: () => session.release(),
            async run(feeds, fetches) {
              expect(++running).toBe(1);
              await new Promise((resolve) => setTimeout(resolve, 0));
              return session.run(feeds, fetches).finally(() => running--);
            },
          };
        },
      },
    };
    const session = await ortRuntime(watched).open(doubling);
    const results = await Promise.all([1, 2, 3].map((value) => session.run({ x0: float32([1, 2], [value, 0]) })));
    expect(results.map(({ y }) => y!.data[0])).toEqual([2, 4, 6]);
  });

  it("feeds float16 where a graph takes it, and widens what it gives", async () => {
    let fed: unknown;
    const half: OrtModule = {
      ...ort,
      InferenceSession: {
        create: async () => ({
          outputNames: ["y"],
          inputMetadata: [{ name: "x", isTensor: true, type: "float16", shape: [3] }],
          run: async ({ x }) => {
            fed = x;
            return { y: { type: "float16", dims: [2], size: 2, data: Uint16Array.of(0x3c00, 0xc100) } };
          },
          release: async () => {},
        }),
      },
    };
    const session = await ortRuntime(half).open(doubling);
    const { y } = await session.run({ x: float32([3], [1, -2.5, 65504]) });
    expect(y).toEqual(float32([2], [1, -2.5]));
    const { type, data } = fed as { type: string; data: ArrayBufferView };
    expect(type).toBe("float16");
    expect([...new Uint16Array(data.buffer)]).toEqual([0x3c00, 0xc100, 0x7bff]);
  });

  it("tells results of types that graphs do not carry", async () => {
    const strange: OrtModule = {
      ...ort,
      InferenceSession: {
        create: async () => ({
          outputNames: ["y"],
          run: async () => ({ y: { type: "uint16", dims: [1], size: 1, data: new Uint16Array(1) } }),
          release: async () => {},
        }),
      },
    };
    const session = await ortRuntime(strange).open(doubling);
    await expect(session.run({})).rejects.toThrow(
      "onnxruntime: got y of type uint16, which senet does not know; expected float32, int64 or their like",
    );
  });

  it("makes errors of what is thrown as numbers, as WebAssembly throws", async () => {
    const create = () => Promise.reject(1234567);
    await expect(ortRuntime({ ...ort, InferenceSession: { create } }).open(doubling)).rejects.toThrow(
      "onnxruntime: 1234567",
    );
  });
});
