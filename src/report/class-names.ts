/**
 * Names of classes as short as they stay different: of a list of synonyms, as ImageNet has them, the first; where two
 * classes share it, all of them, and where they share these too, with the number of the class.
 */
export function shortNames(classes: readonly string[]): string[] {
  const first = classes.map((name) => name.split(",")[0]!.trim() || name);
  const counts = counted(first);
  const names = first.map((name, index) => (counts.get(name) === 1 ? name : classes[index]!));
  const left = counted(names);
  return names.map((name, index) => (left.get(name) === 1 ? name : `${name} (${index})`));
}

function counted(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
