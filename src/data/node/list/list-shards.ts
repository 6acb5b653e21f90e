import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { UserError } from "../../../errors.js";
import { type ByteSource, buffered } from "../../../files/byte-source.js";
import { OpenFile } from "../../../files/node/open-file.js";
import { unreadable } from "../../../files/node/read-bytes.js";
import { type TarEntry, tarEntries } from "../../../files/tar.js";
import { imageName } from "../../formats/image-format.js";
import { divide, type ImageList, type ImageLists, type ImageRef, labelNames, maxClasses } from "../../image-list.js";
import type { ListOptions } from "./list-class-folders.js";

/** A label as a shard gives it: a number, or the name of a class. */
type Label = number | string;

interface Sample {
  readonly ref: ImageRef;
  readonly label: Label;
}

/**
 * Lists the images of tar shards in the form of WebDataset: the files of a sample follow each other and share the part
 * of their path up to the first dot of the name, `KEY.jpg` beside `KEY.cls` (a number, or a name), `KEY.json` (with
 * `label`, `cls`, `class` or `index`) or `KEY.txt` (a name, or a number). Reads headers and labels only.
 * @param pattern the shards: a path whose last part may hold `*`, `?` and ranges such as `{000..031}`; after a comma,
 *   those to test on, without which a part is held out.
 * @throws UserError for compressed shards, samples without a label, and names mixed with numbers.
 */
export async function listShards(pattern: string, options: ListOptions): Promise<ImageLists> {
  const [trainPattern, testPattern, ...more] = pattern.split(",");
  if (more.length > 0) throw new UserError(`tar:${pattern}: got more than one comma; expected TRAIN or TRAIN,TEST`);
  const train = await samplesOf(trainPattern!);
  const test = testPattern === undefined ? [] : await samplesOf(testPattern);
  const { classes, labels } = labelSamples([...train, ...test], pattern, options.classes);
  const list = (samples: readonly Sample[], from: number): ImageList => ({
    length: samples.length,
    labels: labels.slice(from, from + samples.length),
    ref: (i) => samples[i]!.ref,
  });
  if (testPattern === undefined) return divide(list(train, 0), classes, options, pattern);
  return { classes, train: list(train, 0), test: list(test, train.length) };
}

async function samplesOf(pattern: string): Promise<Sample[]> {
  const paths = await expandPattern(pattern);
  const packed = paths.find((path) => /\.(tgz|gz|bz2|xz|zst)$/i.test(path));
  if (packed !== undefined) {
    throw new UserError(
      `${packed}: got a compressed archive; expected .tar, whose images can be read one by one; uncompress it first ` +
        "(images are compressed already, it grows little)",
    );
  }
  const samples: Sample[] = [];
  for (const path of paths) for (const sample of indexShard(path)) samples.push(sample);
  if (samples.length === 0) throw new UserError(`tar:${pattern}: got no images; expected some beside their labels`);
  return samples;
}

/** The samples of one shard, in its order. */
function indexShard(path: string): Sample[] {
  const file = new OpenFile(path);
  try {
    const shard = buffered(file);
    const groups = new Map<string, TarEntry[]>();
    for (const entry of tarEntries(shard)) {
      if (/(^|\/)\./.test(entry.path.replace(/^(\.\/)+/, ""))) continue; // hidden, as macOS adds them
      const key = entry.path.replace(/(^|\/)([^/.]*)[^/]*$/, "$1$2");
      const group = groups.get(key);
      if (group) group.push(entry);
      else groups.set(key, [entry]);
    }
    return [...groups.values()].flatMap((entries) => sampleOf(entries, shard));
  } finally {
    file.close();
  }
}

function sampleOf(entries: readonly TarEntry[], shard: ByteSource): Sample[] {
  const image = entries.find(({ path }) => imageName.test(path));
  if (image === undefined) return [];
  const source = `${shard.name}: ${image.path}`;
  const label =
    entries.find(({ path }) => /\.cls$/i.test(path)) ?? entries.find(({ path }) => /\.(json|txt)$/i.test(path));
  if (label === undefined || label.length > 100_000) {
    throw new UserError(`${source}: got no label beside it; expected a .cls, .json or .txt file of the same key`);
  }
  const text = new TextDecoder().decode(shard.read(label.offset, label.length));
  const { path: name, offset, length } = image;
  return [{ ref: { path: shard.name, part: { offset, length, name } }, label: labelOf(text, label.path, source) }];
}

function labelOf(text: string, path: string, source: string): Label {
  const found = /\.json$/i.test(path) ? labelInJson(text) : text.trim();
  if (found === undefined || found === "" || (typeof found === "number" && !(Number.isInteger(found) && found >= 0))) {
    throw new UserError(
      `${source}: got the label ${JSON.stringify(text.slice(0, 60))}; expected a class number or name`,
    );
  }
  return typeof found === "string" && /^\d+$/.test(found) ? Number(found) : found;
}

function labelInJson(text: string): Label | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    const fields = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : { label: value };
    const label = fields.label ?? fields.cls ?? fields.class ?? fields.index;
    return typeof label === "number" || typeof label === "string" ? label : undefined;
  } catch {
    return undefined;
  }
}

function labelSamples(samples: readonly Sample[], source: string, given: readonly string[] | undefined) {
  const names = samples.map(({ label }) => label);
  if (names.every((label) => typeof label === "string")) return labelNames(names, given, source);
  const name = names.find((label) => typeof label === "string");
  if (name !== undefined) {
    throw new UserError(`tar:${source}: got both class numbers and names such as "${name}"; expected one kind`);
  }
  const most = (given?.length ?? maxClasses) - 1;
  const greatest = (names as number[]).reduce((a, b) => Math.max(a, b), 0);
  if (greatest > most) {
    throw new UserError(`tar:${source}: got class number ${greatest}; expected 0 to ${most}`);
  }
  const labels = Int32Array.from(names as number[]);
  const count = greatest + 1;
  return { classes: given ?? Array.from({ length: count }, (_, i) => String(i)), labels };
}

/** The existing paths that a pattern means, sorted. @throws UserError when there are none. */
async function expandPattern(pattern: string): Promise<string[]> {
  const folder = dirname(pattern);
  const names = await readdir(folder).catch((error: unknown) => {
    throw unreadable(folder, error);
  });
  const wanted = expandRanges(basename(pattern)).map(
    (name) =>
      new RegExp(
        `^${name
          .replace(/[.+^${}()|[\]\\]/g, "\\$&")
          .replaceAll("*", ".*")
          .replaceAll("?", ".")}$`,
      ),
  );
  const found = names.filter((name) => wanted.some((expression) => expression.test(name))).sort();
  if (found.length === 0) {
    throw new UserError(`tar:${pattern}: got no such file in ${folder}; expected shards such as ${folder}/train-*.tar`);
  }
  return found.map((name) => join(folder, name));
}

/** More than anybody has: a range is written out before files are looked for. */
const maxShards = 100_000;

/** `a-{08..10}` -> a-08, a-09, a-10. */
function expandRanges(name: string): string[] {
  const [whole, first, last] = /\{(\d+)\.\.(\d+)\}/.exec(name) ?? [];
  if (whole === undefined || Number(last) < Number(first)) return [name];
  if (Number(last) - Number(first) >= maxShards) {
    throw new UserError(`tar:${name}: got a range of more than ${maxShards} shards; expected at most as many`);
  }
  const numbers = Array.from({ length: Number(last) - Number(first) + 1 }, (_, i) => Number(first) + i);
  return numbers.flatMap((n) => expandRanges(name.replace(whole, String(n).padStart(first!.length, "0"))));
}
