import { initialise } from "../../../graph/initialise.js";
import type { Tensor } from "../../../graph/tensor.js";
import { createModel } from "../../../models/index.js";
import { writeSafetensors } from "../../safetensors/safetensors.js";
import type { StandInRepository } from "./hub-server.test.helper.js";

export const firstCommit = "1".repeat(40);
export const secondCommit = "2".repeat(40);

/** A `config.json` as timm writes it, of a small network. */
export const smallConfig = {
  architecture: "seresnet20",
  num_classes: 3,
  num_features: 64,
  label_names: ["n1", "n2", "n3"],
  label_descriptions: { n1: "cat", n2: "dog", n3: "eel" },
  pretrained_cfg: {
    ...{ tag: "in3", input_size: [3, 32, 32], test_input_size: [3, 48, 48], interpolation: "bicubic", crop_pct: 0.9 },
    ...{ test_crop_pct: 1.0, crop_mode: "center", mean: [0.1, 0.2, 0.3], std: [0.4, 0.5, 0.6], license: "apache-2.0" },
  },
};

export const jsonBytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value, null, 2));

/** The weights of the small network, as a seed draws them. */
export function smallWeights(seed: number): ReadonlyMap<string, Tensor> {
  return initialise(createModel("seresnet20", { classes: 3 }), seed);
}

/** The files of a repository with the small network. */
export function smallFiles(seed: number, config: unknown = smallConfig): Record<string, Uint8Array> {
  const weights = writeSafetensors(smallWeights(seed), new Map([["format", "pt"]]));
  return { "config.json": jsonBytes(config), "model.safetensors": weights, "README.md": jsonBytes("…") };
}

/** A repository with one commit. */
export function oneCommit(files: Record<string, Uint8Array>, access?: "gated" | "private"): StandInRepository {
  return { commits: { [firstCommit]: files }, refs: { main: firstCommit }, ...(access && { access }) };
}
