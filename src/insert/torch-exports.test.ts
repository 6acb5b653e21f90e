import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { UserError } from "../errors.js";
import { readOnnx } from "../graph/onnx/read-onnx.js";
import { insertAttention, insertedWeights } from "./insert-attention.js";
import { differenceOf, outputOf } from "./outputs.test.helper.js";
import type { UnitKind } from "./units/found-unit.js";

const small = fileURLToPath(new URL("../../tests/goldens/exports", import.meta.url));
/**
 * The networks as published, which are too large to be kept here: `tests/goldens/make-exports.py DIR --full` writes
 * them.
 */
const full = process.env.SENET_EXPORTS;

/**
 * How many places there are in the small network and in the published one, of what kind, and how many have a gate
 * already.
 */
const networks: readonly [
  name: string,
  small: number,
  full: number,
  kind: UnitKind,
  gated?: readonly [number, number],
][] = [
  ["alexnet", 2, 5, "convolution"],
  ["vgg11_bn", 3, 8, "convolution"],
  ["vgg16_bn", 6, 13, "convolution"],
  ["resnet18", 2, 8, "residual branch"],
  ["resnet50", 3, 16, "residual branch"],
  ["resnext50_32x4d", 3, 16, "residual branch"],
  ["densenet121", 5, 58, "dense layer"],
  ["googlenet", 2, 9, "concatenation"],
  ["inception_v3", 3, 11, "concatenation"],
  ["squeezenet1_1", 2, 8, "concatenation"],
  ["mobilenet_v2", 4, 17, "inverted residual"],
  ["mnasnet0_5", 3, 17, "inverted residual"],
  ["shufflenet_v2_x0_5", 4, 16, "channel-split unit"],
  ["convnext_tiny", 2, 18, "residual branch"],
  ["mobilenet_v3_small", 3, 11, "inverted residual", [2, 9]],
  ["efficientnet_b0", 5, 16, "inverted residual", [5, 16]],
  ["regnet_y_400mf", 3, 16, "residual branch", [3, 16]],
];

const kindsOf = (places: readonly { kind: UnitKind }[]) => [...new Set(places.map(({ kind }) => kind))];

describe.each([["small", small, 0] as const, ...(full === undefined ? [] : ([["published", full, 1]] as const))])(
  "%s networks by PyTorch's exporter",
  (_, folder, which) => {
    const files = networks.flatMap(([name, ...counts]) =>
      [".onnx", ".folded.onnx"].map((ending) => {
        const [expected, gated] = [counts[which], counts[3]?.[which] ?? 0];
        return [`${name}${ending}`, expected, counts[2], gated] as const;
      }),
    );
    const open = files.filter(([, , , gated]) => gated === 0);
    const read = (file: string) => readOnnx(readFileSync(join(folder, file)));

    it.each(open)("%s has %i places and gives the answers it gave", async (file, count, kind) => {
      if (!existsSync(join(folder, file))) return expect(which).toBe(1); // of the published ones those that were made
      const model = read(file);
      const inserted = insertAttention(model.graph);
      expect(inserted.sites.length).toBe(count);
      expect(kindsOf(inserted.sites)).toEqual([kind]);
      const after = { graph: inserted.graph, weights: insertedWeights(inserted, model.weights) };
      expect(await outputOf(after, { level: "disabled" })).toEqual(await outputOf(model, { level: "disabled" }));
      const optimised = differenceOf(await outputOf(after, { level: "all" }), await outputOf(model, { level: "all" }));
      expect(optimised).toBeLessThan(1e-6);
    });

    it.each(files.filter(([, , , gated]) => gated > 0))(
      "%s has gates, and is left alone",
      (file, count, kind, gated) => {
        if (!existsSync(join(folder, file))) return expect(which).toBe(1);
        const { graph } = read(file);
        expect(() => insertAttention(graph)).toThrow(UserError);
        if (gated === count) {
          expect(() => insertAttention(graph, { force: true })).toThrow(`with a gate in each of its ${count} units`);
        } else {
          const forced = insertAttention(graph, { force: true });
          expect([forced.sites.length, forced.gated.length]).toEqual([count! - gated, gated]);
          expect(kindsOf([...forced.sites, ...forced.gated])).toEqual([kind]);
        }
      },
    );
  },
);

it.each(networks.filter(([, , , , gated]) => gated === undefined))(
  "finds the places of %s as it is exported for training",
  (name, count) => {
    const { graph } = readOnnx(readFileSync(join(small, `${name}.training.onnx`)));
    expect(insertAttention(graph).sites.length).toBe(count);
  },
);
