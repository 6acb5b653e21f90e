/**
 * A mistake of the caller that one line can explain: what was given, what was expected, what to do.
 * The command line prints `message` alone and exits with code 2.
 */
export class UserError extends Error {
  override name = "UserError";
}

/** The entry of `known` nearest to `given`, or undefined: at most two edits, or a third of its length, away. */
export function nearest(given: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(given.length / 3)) + 1;
  for (const name of known) {
    const distance = editDistance(given.toLowerCase(), name.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best;
}

/** Levenshtein distance between two strings. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, replace));
    }
    row = next;
  }
  return row[b.length]!;
}

/** A text out of a file that nobody vouches for, fit for one line of a message: short, and without control characters. */
export function quoted(text: string): string {
  const line = text.slice(0, 200).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
  return line.length > 80 ? `${line.slice(0, 80)}…` : line;
}
