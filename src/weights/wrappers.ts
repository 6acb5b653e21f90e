/** The name without what DataParallel and torch.compile put before every name. */
export function unwrapped(name: string): string {
  return name.replace(/^((module|_orig_mod)\.)+/, "");
}

/**
 * The name without what any wrapper puts before it: Lightning's `model.` too, which may be a part of a name as well.
 */
export function bare(name: string): string {
  return name.replace(/^((module|_orig_mod|model)\.)+/, "");
}
