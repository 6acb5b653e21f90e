/** A text out of a file that nobody vouches for, fit for one line of a message: short, and without control characters. */
export function quoted(text: string): string {
  const line = text.slice(0, 200).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
  return line.length > 80 ? `${line.slice(0, 80)}…` : line;
}
