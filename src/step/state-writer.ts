import type { GraphBuilder } from "../graph/builder.js";
import { concrete } from "../graph/dims/shape.js";
import type { Value } from "../graph/graph.js";
import { type DType, int64 } from "../graph/tensor.js";
import type { StateSlot } from "./state.js";

/** Writes the state of a training step: every value that enters leaves renewed, as `next.` and its name. */
export class StateWriter {
  readonly g: GraphBuilder;
  /** A boolean scalar: parameters move in this run. Undefined where they always do. */
  readonly apply: Value | undefined;
  readonly state: StateSlot[] = [];
  #updates: { before: Value; next: Value } | undefined;

  constructor(g: GraphBuilder, apply: Value | undefined) {
    this.g = g;
    this.apply = apply;
  }

  /** A value that the run before left. */
  enter(name: string, dtype: DType, shape: readonly number[]): Value {
    return this.g.input(name, dtype, shape);
  }

  /**
   * What the value that entered as `input` is after the step. A gated one stays as it is until gradients are applied.
   * @returns that value.
   */
  leave(
    input: string,
    fresh: Value,
    { kind, start, gated = false }: Pick<StateSlot, "kind" | "start"> & { gated?: boolean },
  ): Value {
    const { g, apply } = this;
    const next = gated && apply !== undefined ? g.call("Where", [apply, fresh, g.value(input)]) : fresh;
    const { name, dtype } = g.output(next, `next.${input}`);
    this.state.push({ input, output: name, dtype, shape: concrete(next), kind, start });
    return next;
  }

  /** How many updates were made before this one, and with it; int64 scalars, counted only where somebody asks. */
  updates(): { readonly before: Value; readonly next: Value } {
    if (this.#updates === undefined) {
      const before = this.enter("step", "int64", []);
      this.#updates = { before, next: this.g.call("Add", [before, this.g.constant(int64([], [1]))]) };
    }
    return this.#updates;
  }

  /** Ends the step: writes the counter, where there is one. */
  close(): void {
    if (this.#updates !== undefined) {
      this.leave("step", this.#updates.next, { kind: "counter", start: { fill: 0 }, gated: true });
    }
  }
}
