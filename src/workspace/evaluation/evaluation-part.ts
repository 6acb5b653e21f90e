import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import type { Share } from "../../data/split.js";
import { optionError } from "../../errors.js";
import { decodeScores, encodeScores, type ImageScore, inOrder, predictionsOf } from "../../evaluate/scores.js";
import { Tally } from "../../evaluate/tally.js";
import type { EvaluationResults } from "../../report/evaluation-results.js";
import { writeNewFolder } from "../run/new-folder.js";
import type { DocumentFacts, FinishedEvaluation } from "./evaluation-results.js";
import { withPictures } from "./pictures.js";

/** The files of a part. */
const FACTS = "part.json";
const SCORES = "scores.bin";

/** What a part says beside its scores; `results` and `preprocessing` are those of an evaluation. */
const schema = z.object({
  format: z.literal(1),
  share: z.object({ rank: z.int(), size: z.int() }),
  activation: z.enum(["softmax", "sigmoid"]),
  seconds: z.number(),
  skipped: z.array(z.string()),
  results: z.custom<Omit<EvaluationResults, "measured">>((value) => typeof value === "object" && value !== null),
  preprocessing: z.custom<DocumentFacts["classifier"]["preprocessing"]>((value) => typeof value === "object"),
});

/** A part of an evaluation that several processes share without knowing of each other. */
interface EvaluationPart extends z.infer<typeof schema> {
  readonly folder: string;
  readonly scores: readonly ImageScore[];
}

/**
 * Writes what one process has found of its share, for {@link mergeEvaluations}.
 * @param results of the share.
 * @throws UserError when the folder holds something, or cannot be written.
 */
export async function writeEvaluationPart(
  folder: string,
  { dataset, classifier, tally, seconds }: FinishedEvaluation,
  results: EvaluationResults,
  { share, scores }: { readonly share: Share; readonly scores: readonly ImageScore[] },
): Promise<void> {
  const { measured, ...rest } = results;
  const part = {
    ...{ format: 1, share, activation: tally.activation, seconds, preprocessing: classifier.preprocessing },
    skipped: [...(dataset.test.skipped?.keys() ?? [])],
    results: { ...rest, mistakes: await withPictures(dataset, measured.surest) },
  };
  const facts = new TextEncoder().encode(`${JSON.stringify(part)}\n`);
  await writeNewFolder(
    folder,
    new Map([
      [FACTS, facts],
      [SCORES, encodeScores(scores)],
    ]),
  );
}

/** What parts come to together: what one process would have found, to the bit, but for the times. */
export interface MergedEvaluation extends DocumentFacts {
  readonly results: EvaluationResults;
}

/**
 * Puts the parts of an evaluation together, each image once.
 * @param folders of all parts, in any order.
 * @param command how this was started, for people.
 * @throws UserError where one is missing, there twice, or of another evaluation.
 */
export async function mergeEvaluations(folders: readonly string[], command: string): Promise<MergedEvaluation> {
  const parts = await Promise.all(folders.map(readPart));
  const [first] = parts;
  if (first === undefined) throw optionError("merge", "got no folders; expected those of all parts");
  checkTogether(parts, first);
  const { results, activation, preprocessing } = first;
  const tally = new Tally(results.data.classes.length, activation);
  const scores = inOrder(parts.map((part) => part.scores));
  for (const score of scores) tally.count(score);
  const measured = tally.read();
  const shown = new Map(parts.flatMap((part) => part.results.mistakes.map((mistake) => [mistake.index, mistake])));
  const seconds = Math.max(...parts.map((part) => part.seconds));
  return {
    ...{ predictions: predictionsOf(scores, results.data.images), seconds, classifier: { preprocessing } },
    results: {
      ...{ ...results, measured, command },
      created: new Date().toISOString(),
      skipped: new Set(parts.flatMap(({ skipped }) => skipped)).size,
      imagesPerSecond: measured.images / seconds,
      mistakes: measured.surest.map((mistake) => ({ ...shown.get(mistake.index)!, ...mistake })),
    },
  };
}

/** @throws UserError unless the parts are those of one evaluation, and all of them. */
function checkTogether(parts: readonly EvaluationPart[], first: EvaluationPart): void {
  const of = (part: EvaluationPart) => {
    const { model, data, settings } = part.results;
    return JSON.stringify([model, data, settings, part.preprocessing, part.activation, part.share.size]);
  };
  const other = parts.find((part) => of(part) !== of(first));
  if (other !== undefined) {
    throw optionError(
      "merge",
      `got ${first.folder} and ${other.folder}, which are of different evaluations; expected parts of one, with the same ` +
        "model, data and settings",
    );
  }
  const { size } = first.share;
  const ranks = parts.map(({ share }) => share.rank);
  const twice = parts.find(({ share }, i) => ranks.indexOf(share.rank) !== i);
  if (twice !== undefined) {
    throw optionError(
      "merge",
      `got part ${twice.share.rank + 1} of ${size} twice, in ${twice.folder} too; expected each once`,
    );
  }
  const missing = Array.from({ length: size }, (_, rank) => rank).filter((rank) => !ranks.includes(rank));
  if (missing.length > 0) {
    const names = missing.map((rank) => rank + 1).join(", ");
    throw optionError(
      "merge",
      `got ${parts.length} of ${size} parts; ${missing.length === 1 ? "part" : "parts"} ${names} missing`,
    );
  }
  const partial = parts.find(({ results }) => results.partial);
  if (partial === undefined) return;
  throw optionError("merge", `got ${partial.folder}, which was stopped before its end; evaluate that part again`);
}

async function readPart(folder: string): Promise<EvaluationPart> {
  const read = (name: string) =>
    readFile(join(folder, name)).catch((error: Error) => {
      throw optionError("merge", `got ${folder}, which holds no part of an evaluation (${error.message})`);
    });
  const text = (await read(FACTS)).toString();
  const scores = decodeScores(await read(SCORES));
  const part = parsed(text);
  if (part === undefined) throw optionError("merge", `got ${folder}, whose ${FACTS} is not as this version writes it`);
  return { ...part, folder, scores };
}

function parsed(text: string): z.infer<typeof schema> | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
