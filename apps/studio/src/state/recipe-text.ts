/** Every setting of a recipe as text, those inside others with their path: `augment.flip`. */
export function settingsOf(recipe: unknown, path = ""): Map<string, string> {
  const found = new Map<string, string>();
  if (typeof recipe !== "object" || recipe === null) return found;
  for (const [name, value] of Object.entries(recipe)) {
    const at = path === "" ? name : `${path}.${name}`;
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      for (const [inner, text] of settingsOf(value, at)) found.set(inner, text);
    } else found.set(at, Array.isArray(value) ? value.join(", ") : String(value));
  }
  return found;
}

/** The settings in which recipes differ, in the order of their names, with each recipe's value; "–" where it has none. */
export function differences(recipes: readonly unknown[]): [name: string, values: readonly string[]][] {
  const settings = recipes.map((recipe) => settingsOf(recipe));
  const names = [...new Set(settings.flatMap((of) => [...of.keys()]))].sort();
  return names
    .map((name): [string, string[]] => [name, settings.map((of) => of.get(name) ?? "–")])
    .filter(([, values]) => new Set(values).size > 1);
}

/**
 * Whether a run fits a search: all of its words, in any order. A word such as `lr=0.1` or `epochs>5` asks for a setting of
 * the recipe; any other stands in the run's name, networks, data or state.
 */
export function fits(words: string, text: string, recipe: unknown): boolean {
  const settings = settingsOf(recipe);
  return words
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "")
    .every((word) => {
      const asked = /^([\w.]+)(=|<|>)(.+)$/.exec(word);
      if (asked === null) return text.toLowerCase().includes(word);
      const [, name, sign, wanted] = asked as unknown as [string, string, string, string];
      const value = [...settings].find(([key]) => key.toLowerCase() === name)?.[1]?.toLowerCase();
      if (value === undefined) return false;
      if (sign === "=") return value === wanted || Number(value) === Number(wanted);
      return sign === "<" ? Number(value) < Number(wanted) : Number(value) > Number(wanted);
    });
}
