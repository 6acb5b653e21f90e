import type { Answer, CanvasPixels } from "senet";
import { type BlockGate, type GatedClassifier, type GivenGates, openGatedClassifier } from "senet/explain";
import { engine } from "./engine.js";

/** What a model says of an image, and its gates while it does. */
export interface Look {
  readonly answers: readonly Answer[];
  readonly blocks: readonly BlockGate[];
  /** Milliseconds that it took. */
  readonly time: number;
}

/** Opens a model to be looked into. */
export async function openToLook(model: Uint8Array): Promise<GatedClassifier> {
  return openGatedClassifier({ runtime: await engine(), model });
}

/** Looks at images one at a time; of those that come while it works, only the last is looked at. */
export class Looker {
  #waiting: (() => Promise<void>) | undefined;
  #busy = false;

  /** @param then called with what the model says, unless another image has come meanwhile. */
  look(
    classifier: GatedClassifier,
    pixels: CanvasPixels,
    given: GivenGates,
    then: (look: Look) => void,
    failed: (error: Error) => void,
  ): void {
    this.#waiting = async () => {
      const started = performance.now();
      try {
        const { answers, gates } = await classifier.classify(pixels, { top: 5, given });
        then({ answers, blocks: gates, time: performance.now() - started });
      } catch (error) {
        failed(error as Error);
      }
    };
    void this.#work();
  }

  async #work(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#waiting !== undefined) {
        const next = this.#waiting;
        this.#waiting = undefined;
        await next();
      }
    } finally {
      this.#busy = false;
    }
  }
}
