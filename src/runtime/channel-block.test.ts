import { afterAll, describe, expect, it } from "vitest";
import { EngineError } from "../errors.js";
import { readOnnx } from "../graph/onnx/read-onnx.js";
import { float32 } from "../graph/tensor.js";
import { probeChannelBlock } from "./channel-block.js";
import { nodeRuntime } from "./node/runtime.js";
import type { Session, Tensors } from "./runtime.js";

const native = nodeRuntime({ threads: 1 });
afterAll(() => native.close());

/** An engine that answers the probe by putting `block` channels side by side. */
function engine(block: number, events: string[] = []) {
  const run = async ({ x }: Tensors): Promise<Tensors> => {
    const [, channels, , width] = x!.shape as [number, number, number, number];
    const y = new Float32Array(x!.data.length);
    for (let i = 0; i < y.length; i++) {
      const [c, column] = [Math.floor(i / width), i % width];
      y[(Math.floor(c / block) * width + column) * block + (c % block)] = 2 * Number(x!.data[i]);
    }
    events.push(`run [${channels}, ${width}]`);
    return { y: float32(x!.shape, y) };
  };
  const release = async () => {
    events.push("release");
  };
  return { open: async () => ({ run, release }) as unknown as Session };
}

describe("probeChannelBlock", () => {
  it.each([4, 8, 16, 32, 64])("finds a block of %i channels", async (block) => {
    expect(await probeChannelBlock(engine(block))).toBe(block);
  });

  it("finds none where channels are not reordered", async () => {
    expect(await probeChannelBlock(engine(1))).toBeUndefined();
  });

  it("finds none where the engine refuses the graph", async () => {
    const refusing = { open: () => Promise.reject(new EngineError("no kernel for ReorderInput")) };
    expect(await probeChannelBlock(refusing)).toBeUndefined();
  });

  it("passes on what is no refusal", async () => {
    const closed = { open: () => Promise.reject(new Error("the engine was closed")) };
    await expect(probeChannelBlock(closed)).rejects.toThrow("the engine was closed");
  });

  it("releases its session", async () => {
    const events: string[] = [];
    await probeChannelBlock(engine(16, events));
    expect(events).toEqual(["run [64, 2]", "release"]);
  });

  it("asks the native engine once and finds a power of two, or none at all", async () => {
    const opened: Uint8Array[] = [];
    const found = await probeChannelBlock({
      open: (onnx, options) => {
        opened.push(onnx);
        return native.open(onnx, options);
      },
    });
    expect([4, 8, 16, undefined]).toContain(found);
    expect(readOnnx(opened[0]!).graph.nodes.map(({ op }) => op)).toEqual(["ReorderInput", "Add", "Identity"]);
    expect(await native.channelBlock()).toBe(found);
    expect(native.channelBlock()).toBe(native.channelBlock()); // one promise: tried once
  });
});
