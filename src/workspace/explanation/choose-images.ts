import { optionError } from "../../errors.js";

/**
 * The places of at most so many images of each class, evenly spread over those of the class, in the order of the split.
 */
export function perClass(labels: ArrayLike<number>, most: number | undefined): Uint32Array<ArrayBuffer> {
  const places = new Map<number, number[]>();
  for (let i = 0; i < labels.length; i++) {
    const own = places.get(labels[i]!);
    if (own === undefined) places.set(labels[i]!, [i]);
    else own.push(i);
  }
  const chosen = [...places.values()].flatMap((own) => {
    if (most === undefined || own.length <= most) return own;
    return Array.from({ length: most }, (_, i) => own[Math.floor((i * own.length) / most)]!);
  });
  return Uint32Array.from(chosen).sort();
}

/**
 * The numbers of classes that a user names: by the whole name, by its first synonym, whatever the case, or by the number.
 * @throws UserError for one that does not exist.
 */
export function classNumbers(wanted: readonly string[], classes: readonly string[]): number[] {
  const plain = (name: string) => name.trim().toLowerCase();
  const whole = classes.map(plain);
  const first = classes.map((name) => plain(name.split(",")[0]!));
  return wanted.map((name) => {
    const asked = plain(name);
    const found = [whole.indexOf(asked), first.indexOf(asked), /^\d+$/.test(asked) ? Number(asked) : -1];
    const number = found.find((place) => place >= 0 && place < classes.length);
    if (number !== undefined) return number;
    const near = first.filter((one) => one.includes(asked) || asked.includes(one)).slice(0, 3);
    const expected = near.length > 0 ? near : first.slice(0, 3);
    throw optionError(
      "classes",
      `got ${name}; expected names or numbers of ${classes.length} classes, such as ${expected.join(", ")}`,
    );
  });
}
