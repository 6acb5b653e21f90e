import { afterAll, expect, it } from "vitest";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { toNumbers } from "../graph/tensor.js";
import { parseAttention } from "../layers/attention/attention.js";
import { attentionKinds } from "../layers/attention/attention-kinds.js";
import { nodeRuntime } from "../runtime/node/runtime.js";
import { randomTensor } from "../testing/random-tensor.js";
import { startValue } from "../testing/torch-golden.js";
import { createModel, models } from "./index.js";
import type { InputSize } from "./model.js";

/** A network of every family, small enough for a test. */
const networks: readonly (readonly [name: string, input: InputSize, attention?: string])[] = [
  ["seresnet18", [3, 33, 33]],
  ["legacy_seresnext26_32x4d", [1, 35, 35]],
  ["seresnext50_32x4d", [3, 33, 33]],
  ["senet154", [3, 33, 33]],
  ["se_vgg16_bn", [3, 32, 32]],
  ["se_bn_inception", [3, 64, 64]],
  ["se_inception_v3", [3, 75, 75]],
  ["se_inception_resnet_v2", [3, 75, 75]],
  ["se_mobilenet_v1", [3, 33, 33]],
  ["se_shufflenet_v1_g3", [3, 64, 64]],
  ["tf_mobilenetv3_small_100", [3, 40, 33]],
  ["efficientnet_b0", [3, 33, 33]],
  ["regnety_002", [3, 33, 33]],
  ["seresnet20", [1, 15, 15]],
  ["sepreresnet20", [1, 15, 15]],
  ["se_shake_shake_20_2x16d", [3, 15, 15]],
  ...Object.keys(attentionKinds).map(
    (kind) => ["resnet20", [3, 15, 15], kind === "gc" ? "gc:reduction=2" : kind] as const,
  ),
];

const runtime = nodeRuntime({ threads: 1 });
afterAll(() => runtime.close());

it.each(networks.map(([name, input, attention = ""]) => [name, input, attention] as const))(
  "%s for %j (%s) gives the same logits in opset 17 as in ours",
  async (name, input, attention) => {
    const block = attention === "" ? {} : { attention: parseAttention(attention) };
    const graph = createModel(name, { classes: 5, input, ...block });
    const weights = new Map([...graph.parameters].map(([key, { shape }]) => [key, startValue(key, shape)]));
    const x = randomTensor([2, ...input], 1);
    const [ours, older] = await Promise.all(
      [undefined, 17].map(async (opset) => {
        const session = await runtime.open(writeOnnx(graph, weights, { opset }));
        const { logits } = await session.run({ x });
        await session.release();
        return toNumbers(logits!);
      }),
    );
    const largest = Math.max(...ours!.map(Math.abs));
    expect(largest).toBeGreaterThan(0);
    for (const [i, logit] of ours!.entries()) expect(Math.abs(older![i]! - logit) / largest).toBeLessThan(1e-4);
  },
);

it("leaves no family out", () => {
  const shown = new Set(networks.map(([name]) => models[name]!.family));
  expect(Object.values(models).filter(({ family }) => !shown.has(family))).toEqual([]);
});
