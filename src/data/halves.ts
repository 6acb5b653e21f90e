/** What the halves of a dataset are called, in any case. */
export const trainWords = ["train", "training"];
/** The first one found is taken. */
export const testWords = ["val", "valid", "validation", "test", "testing"];

/** Which half of a dataset a folder of that name is; undefined for others. */
export function halfOf(name: string): "train" | "test" | undefined {
  const word = name.toLowerCase();
  return trainWords.includes(word) ? "train" : testWords.includes(word) ? "test" : undefined;
}
