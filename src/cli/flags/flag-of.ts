/** Options of the library whose flags have other names. */
const renamed: Readonly<Record<string, string>> = {
  "randomErasing.count": "--recount",
  "randomErasing.probability": "--reprob",
  accumulate: "--grad-accum-steps",
  bceTargetThreshold: "--bce-target-thresh",
  betas: "--opt-betas",
  clip: "--clip-grad",
  ema: "--model-ema-decay",
  eps: "--opt-eps",
  frozenBatchNorm: "--freeze-bn",
  groups: "--lr-group",
  learn: "--train",
  loss: "--bce-loss",
  optimizer: "--opt",
  probability: "--mixup-prob",
  randAugment: "--aa",
  spec: "--data",
  switchProbability: "--mixup-switch-prob",
  table: "--tune",
  unused: "--keep-unused",
  views: "--tta",
  workers: "--data-workers",
};

/** What shows the values that an option may have. */
export const listedBy: Readonly<Record<string, string>> = { name: "senet models lists them" };

/**
 * The flag of an option of the library: `--decay-rate` of `decayRate`, `--color-jitter` of `colorJitter.hue`. Not every
 * command has it.
 */
export function flagOf(option: string): string {
  const [group] = option.split(".");
  return renamed[option] ?? `--${group!.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
