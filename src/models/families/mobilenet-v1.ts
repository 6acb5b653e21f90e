import { extent } from "../../graph/dims/shape.js";
import type { Graph } from "../../graph/graph.js";
import { attend } from "../../layers/attention/attention.js";
import { classifier } from "../../layers/classifier.js";
import { convNorm } from "../../layers/conv-norm.js";
import { type BuildOptions, type ModelFamily, twins } from "../model.js";
import { network } from "../network.js";

/** Stages of depthwise separable convolutions: channels and units; all but the first begin with stride 2. */
const stages = [
  [64, 1],
  [128, 2],
  [256, 2],
  [512, 6],
  [1024, 2],
] as const;

/**
 * MobileNet and its twin with SE after every pointwise convolution and its activation, which gives the parameters of
 * the SENet paper's Table 3.
 * Source: Howard et al. 2017, arXiv:1704.04861, Table 1; names and ReLU6 as in timm.
 */
export const mobileNetV1s: ModelFamily = twins("mobilenet_v1", "se_mobilenet_v1", {
  family: "mobilenet_v1",
  input: [3, 224, 224],
  classes: 1000,
  stages: [1, 5],
  placements: ["standard"],
  build: mobileNetV1,
});

function mobileNetV1(options: BuildOptions): Graph {
  return network(options, (p, x) => {
    let y = convNorm([p.at("conv_stem"), p.at("bn1")], x, { channels: 32, kernel: 3, stride: 2, act: "relu6" });
    for (const [i, [channels, units]] of stages.entries()) {
      for (let j = 0; j < units; j++) {
        const at = p.at("blocks").at(i).at(j);
        const stride = i > 0 && j === 0 ? 2 : 1;
        const depthwise = { channels: extent(y, 1), group: extent(y, 1), kernel: 3, stride, act: "relu6" } as const;
        y = convNorm([at.at("conv_dw"), at.at("bn1")], y, depthwise);
        y = convNorm([at.at("conv_pw"), at.at("bn2")], y, { channels, kernel: 1, act: "relu6" });
        y = attend(at.at("se"), y, options.attention, { placement: "standard", stage: i + 1 });
      }
    }
    return classifier(p.at("classifier"), y, options);
  });
}
