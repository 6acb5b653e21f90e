import { bare } from "./wrappers.js";

/**
 * One spelling for names that differ between libraries: Cadene's `layer0.conv1`, `se_module` and `last_linear`, the
 * `linear` of CIFAR ResNets, and `conv1`, `se` and `fc`.
 */
export function familiar(name: string): string {
  return name
    .replace(/^layer0\./, "")
    .replace(/\.se_module\./, ".se.")
    .replace(/^(last_linear|linear)\./, "fc.");
}

/**
 * What a tensor of a file may be called in a network, the likeliest first.
 * @param alias what the network's family makes of names of other libraries.
 */
export function namesOf(name: string, alias: (name: string) => string): string[] {
  const plain = bare(name);
  return [...new Set([name, plain, alias(plain), familiar(plain), familiar(alias(plain))])];
}

/** A count that PyTorch keeps beside every batch norm and that nothing here needs: not worth a word. */
export function isIgnored(name: string): boolean {
  return name.endsWith("num_batches_tracked");
}

/** Counters of averages and of the tools that count FLOPs: PyTorch's AveragedModel, thop. */
const counter = /(^|\.)(n_averaged|total_ops|total_params)$/;

/** Losses and metrics that Lightning keeps as parts of a module. */
const measure = /(^|\.)(criterion|(\w+_)?(loss|loss_fn|loss_function|metrics?|acc|accuracy|auroc|f1))\./;

/** Heads that only training has: torchvision's, timm's and Cadene's. */
const auxiliary = /(^|\.)(AuxLogits|aux_logits|aux_classifier|aux_head|auxiliary_head|aux\d?)\./;

/** Whether a tensor that no parameter takes is no weight of a network that runs. */
export function isAside(name: string): boolean {
  return [counter, measure, auxiliary].some((pattern) => pattern.test(name));
}
