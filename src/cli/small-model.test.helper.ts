import { GraphBuilder } from "../graph/builder.js";
import { initialise } from "../graph/initialise.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { squeezeExcite } from "../layers/attention/squeeze-excite.js";
import { batchNorm } from "../layers/batch-norm.js";
import { conv } from "../layers/conv.js";
import { linear } from "../layers/linear.js";
import { Scope } from "../layers/scope.js";

/** The file of a network for glyphs with batch norm, dropout and, if wished for, an SE block, that starts quickly. */
export function smallModel({ se = false } = {}): Uint8Array {
  const g = new GraphBuilder("small");
  const p = new Scope(g);
  const x = g.input("x", "float32", ["N", 3, 32, 32]);
  const y = batchNorm(p.at("bn"), conv(p.at("conv"), x, { channels: 16, kernel: 3, stride: 2 }));
  const z = se ? squeezeExcite(p.at("se"), y, { reduction: 4 }) : y;
  const pooled = g.call("Flatten", [g.call("GlobalAveragePool", [g.call("Relu", [z])])]);
  g.output(linear(p.at("fc"), g.call("Dropout", [pooled, g.scalar(0.2)]), { features: 26 }), "logits");
  const graph = g.build();
  return writeOnnx(graph, initialise(graph, 1));
}
