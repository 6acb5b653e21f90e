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

  /** How many there are. */
  get size(): number {
    return this.#entries?.size ?? 0;
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

/**
 * A class or function that nobody here knows, or what it makes: it keeps its name and what the pickle hands it as data,
 * and does nothing.
 */
export class PickleInert extends PickleObject {
  /** What a dict by another class holds, such as `collections.defaultdict`. */
  readonly items = new PickleDict();
  /** What was set as its state, such as the attributes of a module. */
  state: PickleValue = null;

  /** @param label the name with its module, such as `argparse.Namespace`. */
  constructor(readonly label: string) {
    super();
  }
}
