import { defineDataset, type MemoryDataset } from "../data/dataset.js";
import type { ImageSet } from "../data/image-set.js";
import { GraphBuilder } from "../graph/builder.js";
import type { Graph } from "../graph/graph.js";
import { squeezeExcite } from "../layers/attention/squeeze-excite.js";
import { batchNorm } from "../layers/batch-norm.js";
import { conv } from "../layers/conv.js";
import { linear } from "../layers/linear.js";
import { Scope } from "../layers/scope.js";
import { Random } from "../random.js";

/** Grey 8×8 images of stripes that lie, stand or are not there, in noise: a dataset that is learnt in seconds. */
export function stripes({ train = 96, test = 48 } = {}): MemoryDataset {
  return defineDataset({
    name: "stripes",
    classes: ["lying", "standing", "none"],
    channels: 1,
    height: 8,
    width: 8,
    train: split(train, "train"),
    test: split(test, "test"),
    augment: { flip: true, pad: 1 },
  });
}

/** The same dataset with numbers 0–1 in the place of bytes. */
export function numbered(dataset: MemoryDataset): MemoryDataset {
  const numbers = ({ images, labels, length }: ImageSet): ImageSet => {
    return { images: Float32Array.from(images, (byte) => byte / 255), labels, length };
  };
  return defineDataset({ ...dataset, train: numbers(dataset.train), test: numbers(dataset.test) });
}

function split(length: number, name: string): ImageSet {
  const random = new Random(1, "stripes", name);
  const labels = Uint8Array.from({ length }, (_, n) => n % 3);
  const images = Uint8Array.from({ length: length * 64 }, (_, i) => {
    const [label, row, column] = [labels[Math.floor(i / 64)]!, Math.floor((i % 64) / 8), i % 8];
    const bright = label === 0 ? row % 2 === 0 : label === 1 ? column % 2 === 0 : random.below(2) === 0;
    return (bright ? 170 : 85) + random.below(60) - 30;
  });
  return { images, labels, length };
}

/**
 * A network with all that training touches: convolution, batch norm, ReLU, an SE block if wished for, dropout, a dense
 * layer.
 */
export function stripesNet({ dropout = 0, se = true } = {}): Graph {
  const g = new GraphBuilder("stripes-net");
  const p = new Scope(g);
  const x = g.input("x", "float32", ["N", 1, 8, 8]);
  const y = g.call("Relu", [batchNorm(p.at("bn1"), conv(p.at("conv1"), x, { channels: 16, kernel: 3 }))]);
  const maps = batchNorm(p.at("bn2"), conv(p.at("conv2"), y, { channels: 16, kernel: 3 }));
  const z = se ? squeezeExcite(p.at("se"), maps) : maps;
  const pooled = g.call("Flatten", [g.call("GlobalAveragePool", [g.call("Relu", [g.call("Add", [z, y])])])]);
  const kept = dropout > 0 ? g.call("Dropout", [pooled, g.scalar(dropout)]) : pooled;
  g.output(linear(p.at("fc"), kept, { features: 3 }), "logits");
  return g.build();
}
