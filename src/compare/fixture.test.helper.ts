import { Random } from "../random.js";
import type { EpochResult, GateResult } from "./results.js";
import { type Measured, type MeasuredModel, scoreRun } from "./summarise.js";

/** How a synthetic comparison differs from the usual one. */
export interface FixtureOptions {
  /** Names and top-1 errors in percent; a name beginning with "se" has SE blocks. */
  readonly models?: readonly { name: string; error: number; params: number; macs: number }[];
  readonly seeds?: number;
  readonly epochs?: number;
  readonly images?: number;
  readonly classes?: readonly string[];
  /** SE blocks: site and channels. */
  readonly sites?: readonly (readonly [site: string, channels: number])[];
}

const resnet20 = { name: "resnet20", error: 9.4, params: 272_474, macs: 40_813_184 };
const seresnet20 = { name: "seresnet20", error: 7.6, params: 274_847, macs: 40_815_344 };
const stages = [16, 32, 64].flatMap((channels, s) =>
  [0, 1, 2].map((b) => [`layer${s + 1}.${b}.se`, channels] as const),
);

/** A made-up comparison for tests and previews of the report; the same options give the same numbers. */
export function syntheticComparison({
  models = [resnet20, seresnet20],
  seeds = 3,
  epochs = 30,
  images = 2600,
  classes = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"],
  sites = stages,
}: FixtureOptions = {}): Measured {
  const random = new Random(1, "labels");
  const labels = Array.from({ length: images }, (_, n) => n % classes.length);
  const difficulty = labels.map(() => random.float() ** 6);
  const seedNumbers = Array.from({ length: seeds }, (_, s) => s + 1);
  const measuredModels = models.map(({ name, error, params, macs }): MeasuredModel => {
    const withSe = name.startsWith("se");
    return {
      name,
      params,
      macs,
      attention: withSe ? "se r=16" : "none",
      runs: seedNumbers.map((seed) => {
        const own = new Random(seed, name);
        const chance = error + 0.3 * own.normal();
        const predictions = labels.map((label, n) =>
          own.float() < 0.07 * chance * difficulty[n]! ? confuse(label, classes.length, own) : label,
        );
        const score = scoreRun(predictions, labels, classes.length);
        return {
          seed,
          epochs: curve(score.testError, epochs, withSe ? 934 : 1012, own),
          ...score,
          predictions,
          gates: withSe
            ? sites.map(([site, channels], k) => gates(site, channels, k / sites.length, classes, own))
            : [],
          model: `${name}/seed-${seed}/model.onnx`,
        };
      }),
      inferenceMsPerImage: withSe ? { batch1: 1.41, batch32: 0.93 } : { batch1: 1.32, batch32: 0.88 },
    };
  });
  return {
    created: "2026-01-31T12:00:00.000Z",
    command: `senet compare --models ${models.map((m) => m.name).join(",")} --data glyphs --epochs ${epochs} --seeds ${seeds} --out runs/x`,
    environment: {
      senet: "0.1.0",
      node: "20.20.0",
      onnxruntime: "1.30.0",
      cpu: "A synthetic processor",
      cores: 2,
      os: "linux x64",
    },
    data: { name: "glyphs", classes: [...classes], train: 10_400, test: images, channels: 1, height: 32, width: 32 },
    recipe: {
      epochs,
      batch: 128,
      lr: 0.1,
      optimizer: "sgd",
      momentum: 0.9,
      nesterov: true,
      weightDecay: 5e-4,
      schedule: "cosine",
      warmup: 1,
      augment: { flip: false, pad: 2 },
      seeds: seedNumbers,
    },
    models: measuredModels,
    labels,
  };
}

/** A wrong class: most often a fixed look-alike of the right one. */
function confuse(label: number, classes: number, random: Random): number {
  const step = random.float() < 0.6 ? 1 + ((label * 7) % (classes - 1)) : 1 + random.below(classes - 1);
  return (label + step) % classes;
}

function curve(finalError: number, epochs: number, speed: number, random: Random): EpochResult[] {
  return Array.from({ length: epochs }, (_, k) => {
    const left = Math.exp((-6 * (k + 1)) / epochs);
    const testError =
      k === epochs - 1 ? finalError : finalError + (96 - finalError) * left * (0.8 + 0.4 * random.float());
    const imagesPerSecond = speed * (1 + 0.03 * random.normal());
    return {
      epoch: k + 1,
      lr: 0.05 * (1 + Math.cos((Math.PI * k) / epochs)),
      trainLoss: 0.02 + 3.2 * left * (0.95 + 0.1 * random.float()),
      trainTop1: Math.max(4, 99.5 - 95 * left),
      testLoss: testError / 30,
      testTop1: 100 - testError,
      imagesPerSecond,
      seconds: 10_400 / imagesPerSecond,
    };
  });
}

/** Gates of one block; the deeper it is, the more they spread over channels and classes. */
function gates(site: string, channels: number, depth: number, classes: readonly string[], random: Random): GateResult {
  const clip = (value: number) => Math.min(1, Math.max(0, value));
  const mean = Array.from({ length: channels }, () =>
    clip(0.5 + 0.15 * depth + (0.06 + 0.15 * depth) * random.normal()),
  );
  return {
    site,
    channels,
    mean,
    std: mean.map((m) => (0.02 + 0.3 * depth * random.float()) * m * (1 - m) * 2),
    perClass: classes.map(() => mean.map((m) => clip(m + 0.15 * depth * random.normal()))),
  };
}
