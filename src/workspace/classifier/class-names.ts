import * as z from "zod/mini";
import { cifar10, cifar100 } from "../../data/cifar.js";
import { optionError, UserError } from "../../errors.js";
import { readBytes } from "../../files/node/read-bytes.js";
import { textOf } from "../../files/text.js";

/** A list of names, or by index; an entry may have the synset in front, as in Keras's and timm's files. */
const entry = z.union([z.string(), z.tuple([z.string(), z.string()])]);
const byNumber = z.record(z.string().check(z.regex(/^\d+$/)), entry);
const namesFile = z.union([z.array(entry), byNumber, z.record(z.string(), z.number().check(z.int()))]);

/**
 * The names of a file, in the order of the logits: one a line, or JSON, a list or by index.
 * @throws UserError when it cannot be read, or has other than `count` names.
 */
export async function readClassNames(path: string, count: number): Promise<string[]> {
  const { bytes } = await readBytes(path).catch((error: Error) => {
    throw optionError("labels", `cannot read ${path} (${error.message}); check the path`);
  });
  const text = textOf(bytes);
  const names = /^\s*[[{]/.test(text) ? fromJson(text, path) : text.trimEnd().split(/\r?\n/);
  if (names.length === count) return names;
  throw optionError("labels", `got ${names.length} names in ${path}; expected ${count}, as the model has classes`);
}

function fromJson(text: string, path: string): string[] {
  try {
    const whole = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const parsed = namesFile.parse(whole.id2label ?? whole.class_to_idx ?? whole.label2id ?? whole);
    return Array.isArray(parsed) ? parsed.map(nameOf) : byIndex(parsed, path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw optionError(
      "labels",
      `got JSON of another form in ${path}; expected a list of names, or names by index, {"0": "cat", …}`,
    );
  }
}

const nameOf = (one: z.infer<typeof entry>) => (typeof one === "string" ? one : one[1]);

/** From names by index, or indices by name. @throws UserError where a number is missing. */
function byIndex(parsed: Readonly<Record<string, z.infer<typeof entry> | number>>, path: string): string[] {
  const names = new Map<number, string>();
  for (const [key, value] of Object.entries(parsed)) {
    if (typeof value === "number") names.set(value, key);
    else names.set(Number(key), nameOf(value));
  }
  const entries = Object.keys(parsed).length;
  return Array.from({ length: entries }, (_, index) => {
    const name = names.get(index);
    if (name !== undefined) return name;
    throw optionError("labels", `got no name of class ${index} in ${path}; expected one for each number from 0`);
  });
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
