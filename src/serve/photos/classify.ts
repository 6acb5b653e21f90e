import { type Answer, answersOf } from "../../evaluate/answers.js";
import { type Asker, activationOf, askerOn, type Program } from "../../evaluate/ask.js";
import type { GateSite } from "../../explain/find-gates.js";
import { floatsOf } from "../../graph/tensor.js";
import { allFinite } from "../../runtime/not-finite.js";
import type { Session } from "../../runtime/runtime.js";
import type { ClassifierModel } from "../../workspace/classifier/find-classifier.js";
import type { DecodedPhoto } from "./decode-photos.js";

/** What the gates of a block were for a photo. */
export interface PhotoGates extends Pick<GateSite, "site" | "paper"> {
  /** [channels]. */
  readonly gates: readonly number[];
}

/** What a model says of a photo, or why it says nothing. */
export type PhotoAnswer =
  | { readonly answers: readonly Answer[]; readonly gates?: readonly PhotoGates[] }
  | { readonly error: string };

/** How photos are asked about. */
export interface ClassifyDecodedOptions {
  /** Runs the program. */
  readonly run: Session["run"];
  /** The model's own, or one that gives its gates too. */
  readonly program: Program;
  /** The blocks whose gates are wanted, in the order of the program's other outputs: two for each. */
  readonly sites?: readonly GateSite[] | undefined;
  /** How many answers each photo gets. */
  readonly top: number;
}

/** Asks a model about photos that were decoded: each is a request of its own, so that those of all who ask run together. */
export function classifyDecoded(
  photos: readonly DecodedPhoto[],
  { preprocessing, classes }: ClassifierModel,
  { run, program, sites, top }: ClassifyDecodedOptions,
): Promise<PhotoAnswer[]> {
  const asker = askerOn({ run } as Session, program);
  const { height, width, mean } = preprocessing;
  return Promise.all(
    photos.map(async (data): Promise<PhotoAnswer> => {
      if (typeof data === "string") return { error: data };
      const { logits, outputs } = await asker.all({ data, shape: [1, mean.length, height, width] });
      if (!allFinite(logits)) return { error: "the model gives NaN or infinity for it" };
      const answers = answersOf(logits, classes, top, activationOf(program.answer));
      return sites === undefined ? { answers } : { answers, gates: gatesIn(outputs, program, sites) };
    }),
  );
}

function gatesIn(outputs: Awaited<ReturnType<Asker["all"]>>["outputs"], program: Program, sites: readonly GateSite[]) {
  return sites.map(({ site, paper }, i) => {
    return { site, paper, gates: Array.from(floatsOf(outputs[program.others![2 * i]!])) };
  });
}
