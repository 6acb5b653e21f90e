/** How many letters of a name fit under an axis, written aslant. */
const longest = 12;

/**
 * The names of blocks as they fit under an axis: without the parts that all have at their end (`.se`), and where that
 * is not enough without those that all have at their beginning, and the first letters.
 */
export function shortSites(sites: readonly string[]): string[] {
  const parts = sites.map((site) => site.split("."));
  const own = without(parts.map((of) => of.toReversed())).map((of) => of.toReversed());
  const fits = own.every((of) => of.join(".").length <= longest);
  return (fits ? own : without(own)).map((of) => {
    const name = of.join(".");
    return name.length <= longest ? name : `…${name.slice(1 - longest)}`;
  });
}

/** The lists without what all of several begin with; of each at least one entry stays. */
function without(lists: readonly (readonly string[])[]): readonly (readonly string[])[] {
  if (lists.length < 2) return lists;
  const [first] = lists;
  const most = Math.min(...lists.map(({ length }) => length - 1));
  let shared = 0;
  while (shared < most && lists.every((list) => list[shared] === first![shared])) shared++;
  return lists.map((list) => list.slice(shared));
}
