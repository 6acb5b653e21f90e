import { readFile } from "node:fs/promises";
import * as z from "zod/mini";
import { cifar10, cifar100 } from "../../data/cifar.js";
import { optionError } from "../../errors.js";

/** A list of names, or by index; an entry may have the synset in front, as in Keras's and timm's files. */
const entry = z.union([z.string(), z.tuple([z.string(), z.string()])]);
const namesFile = z.union([z.array(entry), z.record(z.string().check(z.regex(/^\d+$/)), entry)]);

/**
 * The names of a file, in the order of the logits: one a line, or JSON, a list or by index.
 * @throws UserError when it cannot be read, or has other than `count` names.
 */
export async function readClassNames(path: string, count: number): Promise<string[]> {
  const text = await readFile(path, "utf8").catch((error: Error) => {
    throw optionError("labels", `cannot read ${path} (${error.message}); check the path`);
  });
  const names = /^\s*[[{]/.test(text) ? fromJson(text, path) : text.replace(/\r?\n$/, "").split(/\r?\n/);
  if (names.length === count) return names;
  throw optionError("labels", `got ${names.length} names in ${path}; expected ${count}, as the model has classes`);
}

function fromJson(text: string, path: string): string[] {
  try {
    const parsed = namesFile.parse(JSON.parse(text));
    // An object's keys that are whole numbers come in their order.
    return Object.values(parsed).map((one) => (typeof one === "string" ? one : one[1]));
  } catch {
    throw optionError(
      "labels",
      `got JSON of another form in ${path}; expected a list of names, or names by index, {"0": "cat", …}`,
    );
  }
}

/** What the classes of a model are called that does not say it: as ImageNet's where there are 1000, else by number. */
export async function usualClassNames(count: number): Promise<readonly string[]> {
  if (count !== 1000) return Array.from({ length: count }, (_, i) => String(i));
  const { imageNetClasses } = await import("../../data/node/list/imagenet-classes.js");
  return (await imageNetClasses()).map(({ names }) => names);
}

/** The classes of a network of the zoo for images as small as CIFAR's: those of CIFAR-10 or CIFAR-100. */
export function cifarClassNames(count: number, height: number): readonly string[] | undefined {
  return height === 32 ? [cifar10, cifar100].find(({ classes }) => classes.length === count)?.classes : undefined;
}
