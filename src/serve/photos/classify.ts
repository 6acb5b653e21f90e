import { type Answer, answersOf } from "../../evaluate/answers.js";
import { activationOf, askerOn } from "../../evaluate/ask.js";
import { allFinite } from "../../runtime/not-finite.js";
import type { Session } from "../../runtime/runtime.js";
import type { ClassifierModel } from "../../workspace/classifier/find-classifier.js";
import type { DecodedPhoto } from "./decode-photos.js";

/** What a model says of a photo, or why it says nothing. */
export type PhotoAnswer = { readonly answers: readonly Answer[] } | { readonly error: string };

/**
 * Asks a model about photos that were decoded: each is a request of its own, so that those of all who ask run together.
 * @param run runs a model. @param top how many answers each photo gets.
 */
export function classifyDecoded(
  photos: readonly DecodedPhoto[],
  { program, preprocessing, classes }: ClassifierModel,
  run: Session["run"],
  top: number,
): Promise<PhotoAnswer[]> {
  const asker = askerOn({ run } as Session, program);
  const { height, width, mean } = preprocessing;
  return Promise.all(
    photos.map(async (data): Promise<PhotoAnswer> => {
      if (typeof data === "string") return { error: data };
      const logits = await asker.logits({ data, shape: [1, mean.length, height, width] });
      if (!allFinite(logits)) return { error: "the model gives NaN or infinity for it" };
      return { answers: answersOf(logits, classes, top, activationOf(program.answer)) };
    }),
  );
}
