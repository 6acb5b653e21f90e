import type { Arguments } from "./node.js";

/** Gives out names that are not taken yet. */
export class FreshNames {
  readonly #taken: Set<string>;
  readonly #counts = new Map<string, number>();

  constructor(taken: Iterable<string>) {
    this.#taken = new Set(taken);
  }

  /** `name` itself where it is free, otherwise with a number; names that would grow without end are cut. */
  next(name: string): string {
    const base = name.length > 200 ? name.slice(-200) : name;
    let count = this.#counts.get(base) ?? 0;
    let fresh = base;
    while (this.#taken.has(fresh)) fresh = `${base}_${++count}`;
    this.#counts.set(base, count);
    this.#taken.add(fresh);
    return fresh;
  }
}

/** What the names in one graph or function of a file stand for while its nodes are written into one graph. */
export class NameScope {
  readonly #values = new Map<string, string>();
  /** Names that results have outside: of a function's outputs, those that its call gives them. */
  readonly #outside = new Map<string, string>();

  constructor(
    /** The version of ONNX's operators that this part of the file is written in. */
    readonly opset: number,
    /** What attributes may refer to, in a function. */
    readonly given: Arguments,
    /** How deep this part lies inside others. */
    readonly depth: number,
    /** Whose names may be used here too: of the graph around a graph, never of the caller of a function. */
    readonly around: NameScope | undefined,
    /** Makes the name of a new value from its name in the file. */
    readonly rename: (name: string) => string,
  ) {}

  /** The value behind a name; `""` for one left out. @throws Error when nothing has that name. */
  resolve(name: string): string {
    if (name === "") return "";
    for (let scope: NameScope | undefined = this; scope !== undefined; scope = scope.around) {
      const value = scope.#values.get(name);
      if (value !== undefined) return value;
    }
    throw new Error(`got input "${name}"; expected a value defined before it is used`);
  }

  /** Makes a new value known under its name in the file and returns the name it has in the graph. */
  define(name: string): string {
    const value = this.#outside.get(name) ?? this.rename(name);
    this.alias(name, value);
    return value;
  }

  /** Gives a value that exists another name. @throws Error when the name is used already. */
  alias(name: string, value: string): void {
    if (this.#values.has(name)) throw new Error(`got a second value named "${name}"; expected names to be unique`);
    this.#values.set(name, value);
  }

  /** Says which name a value that is still to be defined has in the graph; false when that has been said. */
  name(inside: string, outside: () => string): boolean {
    if (this.#outside.has(inside)) return false;
    this.#outside.set(inside, outside());
    return true;
  }
}
