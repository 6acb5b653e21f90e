import { UserError } from "../../errors.js";
import type { PickleCursor } from "./pickle-cursor.js";
import { PickleDict, PickleInert, PickleList, PickleObject, PickleTuple, type PickleValue } from "./pickle-value.js";

/** Decides what names in a pickle mean. */
export interface PickleHost {
  /** The meaning of a name in a module; an inert value where it has none. */
  global(module: string, name: string): PickleObject;
  /** What such an object makes of arguments. @throws UserError when it makes nothing, or nothing of these. */
  call(callee: PickleValue, args: PickleTuple, charge: (work: number) => void): PickleValue;
  /** What is kept outside of the pickle under an id. @throws UserError when the id says nothing. */
  persistent(id: PickleValue): PickleValue;
}

/** Steps a pickle may take. A tensor takes about fifty. */
const MOST_STEPS = 2 ** 21;

/** Containers and tensors it may make. A tensor with its sizes costs about ten. */
const MOST_OBJECTS = 2 ** 18;

/** Values it may remember. */
const MOST_REMEMBERED = 2 ** 19;

/** The stack and the memory of a pickle while it is read. */
export class PickleMachine {
  /** What the pickle held, once it is over. */
  result: PickleValue | undefined;
  readonly #stack: PickleValue[] = [];
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, PickleValue>();
  #steps = 0;
  #objects = 0;

  constructor(
    readonly cursor: PickleCursor,
    readonly host: PickleHost,
  ) {}

  /** Counts work. @throws UserError when there has been too much. */
  charge(steps: number): void {
    this.#steps += steps;
    if (this.#steps > MOST_STEPS) throw new UserError(`got a pickle of more than ${MOST_STEPS} steps; expected fewer`);
  }

  /** Counts containers and tensors. @throws UserError when there are too many. */
  chargeObjects(count: number): void {
    this.#objects += count;
    if (this.#objects > MOST_OBJECTS) {
      throw new UserError(`got a pickle of more than ${MOST_OBJECTS} containers and tensors; expected fewer`);
    }
  }

  push(value: PickleValue): void {
    this.#stack.push(value);
  }

  pop(): PickleValue {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) throw emptyStack();
    return this.#stack.pop()!;
  }

  /** What lies on top. */
  top(): PickleValue {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) throw emptyStack();
    return this.#stack.at(-1)!;
  }

  mark(): void {
    this.#marks.push(this.#stack.length);
  }

  /** Everything above the last mark, which goes with it. */
  popToMark(): PickleValue[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw new UserError("got a pickle that ends a list it never began; give the whole file");
    return this.#stack.splice(mark);
  }

  pushTuple(items: readonly PickleValue[]): void {
    this.chargeObjects(1);
    this.push(new PickleTuple(items));
  }

  pushList(items: readonly PickleValue[]): void {
    this.chargeObjects(1);
    this.push(new PickleList());
    this.appendToTop(items);
  }

  pushDict(items: readonly PickleValue[]): void {
    this.chargeObjects(1);
    this.push(new PickleDict());
    this.setInTop(items);
  }

  appendToTop(items: readonly PickleValue[]): void {
    const list = this.top();
    if (list instanceof PickleInert) return;
    if (!(list instanceof PickleList)) throw misused("list", list);
    for (const item of items) list.items.push(item);
  }

  /** @param items keys and values in turn. */
  setInTop(items: readonly PickleValue[]): void {
    const top = this.top();
    const dict = top instanceof PickleInert ? top.items : top;
    if (!(dict instanceof PickleDict)) throw misused("dict", dict);
    if (items.length % 2 !== 0) throw new UserError("got a pickle with a key without a value; give the whole file");
    for (let i = 0; i < items.length; i += 2) dict.set(keyOf(items[i]!), items[i + 1]!);
  }

  remember(index: number): void {
    if (this.#memo.size >= MOST_REMEMBERED) {
      throw new UserError(`got a pickle that remembers more than ${MOST_REMEMBERED} values; expected fewer`);
    }
    this.#memo.set(index, this.top());
  }

  /** Under the next number. */
  rememberNext(): void {
    this.remember(this.#memo.size);
  }

  pushRemembered(index: number): void {
    const value = this.#memo.get(index);
    if (value === undefined) {
      throw new UserError(`got a pickle that asks for value ${index}, which it never kept; give the whole file`);
    }
    this.push(value);
  }

  /**
   * The state of an object. Attributes of a dict, such as the versions that PyTorch writes beside a state dict, are no
   * tensors and go.
   */
  setState(): void {
    const state = this.pop();
    const owner = this.top();
    if (owner instanceof PickleInert) {
      owner.state = state;
      return;
    }
    if (!(owner instanceof PickleDict) || !(state instanceof PickleDict)) throw misused("dict with attributes", owner);
  }

  finish(): void {
    this.result = this.pop();
    if (this.#stack.length > 0) throw new UserError("got a pickle that leaves values behind; give the whole file");
  }
}

/** Python takes whatever has a hash. */
function keyOf(key: PickleValue): PickleValue {
  if (key instanceof PickleList || key instanceof PickleDict) throw misused("key", key);
  return key;
}

function emptyStack(): UserError {
  return new UserError("got a pickle that takes a value where there is none; give the whole file");
}

function misused(expected: string, got: PickleValue): UserError {
  return new UserError(`got a pickle that uses ${describe(got)} as a ${expected}; expected a checkpoint as saved`);
}

/** What a value is, for messages. */
export function describe(value: PickleValue): string {
  if (value === null) return "None";
  if (value instanceof PickleObject) return value.label;
  if (value instanceof PickleDict) return "a dict";
  if (value instanceof PickleList) return "a list";
  if (value instanceof PickleTuple) return "a tuple";
  return value instanceof Uint8Array ? "bytes" : `a ${typeof value}`;
}
