/** What the reader of pickles builds: data, and nothing that could act. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleList
  | PickleTuple
  | PickleDict
  | PickleObject;

/** A Python list. */
export class PickleList {
  readonly items: PickleValue[] = [];
}

/** A Python tuple. */
export class PickleTuple {
  constructor(readonly items: readonly PickleValue[]) {}
}

/** A Python dict; most of those in a checkpoint are empty, and cost little. */
export class PickleDict {
  #entries: Map<PickleValue, PickleValue> | undefined;

  set(key: PickleValue, value: PickleValue): void {
    this.#entries ??= new Map();
    this.#entries.set(key, value);
  }

  get(key: PickleValue): PickleValue | undefined {
    return this.#entries?.get(key);
  }

  *entries(): Generator<readonly [PickleValue, PickleValue]> {
    if (this.#entries !== undefined) yield* this.#entries;
  }
}

/** A value whose meaning is that of whoever allowed it: a name from a module, or what such a name makes. */
export abstract class PickleObject {
  /** What messages call it. */
  abstract readonly label: string;
}
