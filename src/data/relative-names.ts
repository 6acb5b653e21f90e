/**
 * Paths without the folders that all of them begin with: what files are called wherever their dataset lies.
 * @param pathOf gives the path of each of `count` files; asked for twice, so that they need not be kept.
 */
export function relativeNames(count: number, pathOf: (index: number) => string): string[] {
  const parts = (index: number) => pathOf(index).split(/[/\\]/);
  const first = count > 0 ? parts(0).slice(0, -1) : [];
  let shared = first.length;
  for (let i = 1; i < count && shared > 0; i++) {
    const own = parts(i);
    const differs = first.findIndex((name, k) => own[k] !== name);
    if (differs >= 0) shared = Math.min(shared, differs);
  }
  return Array.from({ length: count }, (_, i) => parts(i).slice(shared).join("/"));
}
