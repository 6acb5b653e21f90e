import { nodeRuntime } from "../runtime/node/runtime.js";

/** Channels in a block of ONNX Runtime's own convolution layout on this machine; undefined where it has none. */
export async function channelBlockHere(): Promise<number | undefined> {
  const runtime = nodeRuntime({ threads: 1 });
  try {
    return await runtime.channelBlock();
  } finally {
    await runtime.close();
  }
}
