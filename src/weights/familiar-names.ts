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

/** A count that PyTorch keeps beside batch norm and that nothing here needs. */
export function isIgnored(name: string): boolean {
  return name.endsWith("num_batches_tracked");
}
