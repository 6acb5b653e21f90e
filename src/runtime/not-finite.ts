import { UserError } from "../errors.js";

/**
 * Counts the images for which a network gave something that is no finite number: it says nothing of them.
 * @example
 * ```ts
 * import { NotFinite } from "senet/report";
 *
 * const broken = new NotFinite();
 * broken.look([0.5, Number.NaN], 0); // logits of an image, its place
 * console.log(broken.images); // 1
 * ```
 */
export class NotFinite {
  #images = 0;
  #first: number | undefined;

  /** How many those are. */
  get images(): number {
    return this.#images;
  }

  /** @param values what the network gave. @param index the image's place. @returns whether all are finite. */
  look(values: ArrayLike<number>, index: number): boolean {
    const finite = allFinite(values);
    if (!finite) this.note(index);
    return finite;
  }

  /** Counts an image that was looked at elsewhere. */
  note(index: number): void {
    this.#images++;
    this.#first ??= index;
  }

  /**
   * @param of how many images there were. @param nameOf the name of the image in a place, where it has one.
   * @throws UserError where something was not finite.
   */
  check(of: number, nameOf?: (index: number) => string | undefined): void {
    const first = this.#first;
    if (first !== undefined) throw notFiniteError(this.#images, of, nameOf?.(first) ?? `image ${first}`);
  }
}

/** A network gave something else than numbers for so many images. @param first the name of one. */
export function notFiniteError(images: number, of: number, first: string): UserError {
  return new UserError(
    `the model gives NaN or infinity for ${images} of ${of} images, the first: ${first}; expected finite numbers; ` +
      "its weights are damaged, or its images are prepared otherwise than it needs",
  );
}

/** Whether all of some numbers are finite. */
export function allFinite(values: ArrayLike<number>): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i]!)) return false;
  return true;
}
