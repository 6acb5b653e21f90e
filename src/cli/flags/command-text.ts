/** A command of senet as a user types it. */
export function commandText(words: readonly string[]): string {
  const quoted = words.map((word) => (/^[\w\-./:,=@+]+$/.test(word) ? word : JSON.stringify(word)));
  return ["senet", ...quoted].join(" ");
}
