import { UserError } from "../errors.js";
import { type Answer, answersOf } from "../evaluate/answers.js";
import { activationOf, askerOn } from "../evaluate/ask.js";
import { findGates, withoutGates } from "../explain/find-gates.js";
import { switchedProgram } from "../explain/switches.js";
import type { Model } from "../graph/graph.js";
import { readOnnx } from "../graph/onnx/read-onnx.js";
import { elements, float32, floatsOf, type Tensor } from "../graph/tensor.js";
import { NotFinite } from "../runtime/not-finite.js";
import {
  type ClassifiedImage,
  type ClassifierFacts,
  type ClassifierParts,
  factsOf,
  prepared,
} from "./open-classifier.js";

/** The gates of a block while a model looks at an image. */
export interface BlockGate {
  /** The block, `layer1.0.se`. */
  readonly site: string;
  /** As the paper names it, `SE_2_1`, where the network has such stages. */
  readonly paper: string | undefined;
  /** One gate a channel; of a gate that weighs places, a map. */
  readonly gates: Float32Array;
}

/** What stands in for gates, by block: one number for all of it, or one for each gate. */
export type GivenGates = Readonly<Record<string, number | ArrayLike<number>>>;

/** What a model says of an image, and what its gates are meanwhile. */
export interface GatedAnswers {
  readonly answers: Answer[];
  /** In the order of the graph, before anything stands in for them. */
  readonly gates: BlockGate[];
}

/** A classifier whose gates are seen, and can be replaced. */
export interface GatedClassifier extends ClassifierFacts {
  /** The blocks that have gates. */
  readonly sites: readonly string[];
  /**
   * Says what an image shows, and what the gates of every block do.
   * @param options how many answers are wanted (5 by default), and what stands in for gates (nothing by default).
   * @throws UserError as `Classifier.classify`, and for a block that is not there or other gates than it has.
   */
  classify(
    image: ClassifiedImage,
    options?: { readonly top?: number | undefined; readonly given?: GivenGates | undefined },
  ): Promise<GatedAnswers>;
  /** Frees the model; the runtime stays open. */
  close(): Promise<void>;
}

/**
 * Opens a model to be looked into: what it says of an image, the gates of each block while it does, and what it says when
 * other gates stand in for them.
 * @throws UserError as `openClassifier`, and for a model without gates.
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { openGatedClassifier } from "senet/explain";
 * import { nodeRuntime } from "senet/node";
 *
 * const runtime = nodeRuntime(); // in a page: webRuntime of senet/web
 * const classifier = await openGatedClassifier({ runtime, model: await readFile("model.onnx") });
 * const pixels = { data: new Uint8ClampedArray(60 * 40 * 4), width: 60, height: 40 }; // or context.getImageData(…)
 * const { gates } = await classifier.classify(pixels);
 * const off = await classifier.classify(pixels, { given: { [gates[0]!.site]: 1 } });
 * await classifier.close();
 * await runtime.close();
 * console.log(gates.length, gates[0]?.gates.length, off.answers.length); // 9 16 5
 * ```
 */
export async function openGatedClassifier(parts: ClassifierParts): Promise<GatedClassifier> {
  const model: Model = parts.model instanceof Uint8Array ? readOnnx(parts.model) : parts.model;
  const sites = findGates(model.graph);
  if (sites.length === 0) throw withoutGates(model.graph);
  const { program, gates, masks, given, shapes } = switchedProgram(model, sites, parts.output);
  const facts = factsOf(program, model.graph, parts);
  const { height, width, mean } = facts.preprocessing;
  const shape = [1, mean.length, height, width] as const;
  const session = await parts.runtime.open(program.onnx, { outputs: [program.answer.output, ...gates] });

  /** The inputs beside the image. */
  function standIns(wanted: GivenGates): Record<string, Tensor> {
    const unknown = Object.keys(wanted).find((name) => !sites.some(({ site }) => site === name));
    if (unknown !== undefined) {
      throw new UserError(
        `classify: got gates of ${unknown}; expected blocks of ${sites.map(({ site }) => site).join(", ")}`,
      );
    }
    const feeds: Record<string, Tensor> = {};
    for (const [b, { site }] of sites.entries()) {
      const own = wanted[site];
      const data = new Float32Array(elements(shapes[b]!));
      if (typeof own === "number") data.fill(own);
      else if (own !== undefined) {
        if (own.length !== data.length) {
          throw new UserError(
            `classify: got ${own.length} gates of ${site}; expected ${data.length}, or one number for all`,
          );
        }
        data.set(own);
      }
      feeds[masks[b]!] = { dtype: "bool", shape: [], data: Uint8Array.of(own === undefined ? 0 : 1) };
      feeds[given[b]!] = float32([1, ...shapes[b]!], data);
    }
    return feeds;
  }

  return {
    ...facts,
    sites: sites.map(({ site }) => site),
    classify: async (image, { top = 5, given: wanted = {} } = {}) => {
      const beside = standIns(wanted);
      const run: typeof session.run = (feeds) => session.run({ ...feeds, ...beside });
      const { logits, outputs } = await askerOn({ ...session, run }, program).all({
        data: prepared(image, facts.preprocessing),
        shape,
      });
      const broken = new NotFinite();
      broken.look(logits, 0);
      broken.check(1);
      return {
        answers: answersOf(logits, facts.classes, top, activationOf(program.answer)),
        gates: sites.map(({ site, paper }, b) => ({
          site,
          paper,
          gates: Float32Array.from(floatsOf(outputs[gates[b]!])),
        })),
      };
    },
    close: () => session.release(),
  };
}
