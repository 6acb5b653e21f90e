/**
 * Names of at most so many letters: what the longer ones lose has … in its place, as near to their middle as it can be
 * without making two names one.
 */
export function shortened(names: readonly string[], longest: number): string[] {
  const kept = Math.max(2, longest - 1);
  const middle = Math.floor(kept / 2);
  const cuts = Array.from({ length: kept + 1 }, (_, front) => front).sort(
    (a, b) => Math.abs(a - middle) - Math.abs(b - middle),
  );
  let best: string[] = [];
  let most = 0;
  for (const front of cuts) {
    const short = names.map((name) =>
      name.length <= longest ? name : `${name.slice(0, front)}…${name.slice(name.length - kept + front)}`,
    );
    const different = new Set(short).size;
    if (different > most) [best, most] = [short, different];
  }
  return best;
}
