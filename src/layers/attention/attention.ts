import { nearest, UserError } from "../../errors.js";
import type { Value } from "../../graph/graph.js";
import type { Scope } from "../scope.js";
import { type AttentionKind, attentionKinds, type KindOptions } from "./attention-kinds.js";
import { type OptionRule, oneOf } from "./option.js";
import type { Site } from "./site.js";

/**
 * Where a block stands, for a residual unit of branch R and shortcut S (SENet paper, §6.5 and Figure 5):
 * `standard` on R's end, `pre` before R, `post` after the sum and its ReLU, `identity` on S, `3x3` after R's 3×3
 * convolution.
 */
export const placements = ["standard", "pre", "post", "identity", "3x3"] as const;

/**
 * The name of a place.
 * @useDeclaredType
 */
export type Placement = (typeof placements)[number];

/** What every kind of attention takes besides its own options. */
export interface Where {
  readonly placement?: Placement;
  /** The stages that have the block, numbered as in the paper: conv2_x is stage 2. All, where left out. */
  readonly stages?: readonly number[];
}

/**
 * Which block a network has, with the block's options, and where; the type of the `attention` option everywhere.
 * @useDeclaredType
 */
export type Attention =
  | { readonly kind: "none" }
  | { [K in AttentionKind]: { readonly kind: K } & KindOptions<K> & Where }[AttentionKind];

/**
 * An attention that is not none.
 * @useDeclaredType
 */
export type SomeAttention = Exclude<Attention, { readonly kind: "none" }>;

/** True where a network has the block at this place of this stage. */
export function attends(attention: Attention, placement: Placement, stage: number): attention is SomeAttention {
  if (attention.kind === "none") return false;
  return placementOf(attention) === placement && (attention.stages?.includes(stage) ?? true);
}

/** A place in a network where a block may stand. */
export interface AttentionPlace extends Site {
  readonly placement: Placement;
  /** Numbered as in the paper: conv2_x is stage 2. */
  readonly stage: number;
}

/**
 * Applies the network's block to `x` where it has one at this place; elsewhere `x` is passed on.
 * @example
 * ```ts
 * import { attend, GraphBuilder, parseAttention, Scope } from "senet/layers";
 *
 * const p = new Scope(new GraphBuilder("own"));
 * const x = p.g.input("x", "float32", ["N", 64, 14, 14]);
 * const attention = parseAttention("se:stages=3"); // chosen by whoever builds the network
 * const [second, third] = [2, 3].map((stage) =>
 *   attend(p.at(`layer${stage}.se`), x, attention, { placement: "standard", stage }),
 * );
 * console.log(second === x, third === x); // true false
 * ```
 */
export function attend(p: Scope, x: Value, attention: Attention, { placement, stage, ...site }: AttentionPlace): Value {
  if (!attends(attention, placement, stage)) return x;
  const { kind, placement: _, stages: __, ...options } = attention;
  const y = attentionKinds[kind].apply(p, x, options, site);
  const neutral = attentionKinds[kind].neutral(options, site);
  p.blocks.push({ path: p.path, kind, neutral, from: x.name, to: y.name });
  return y;
}

/** True for a block that takes the place of a 3×3 convolution. */
export function standsForConvolution({ kind }: SomeAttention): boolean {
  return attentionKinds[kind].stands === "for a convolution";
}

/** Where the block stands: at the end of the branch unless told otherwise. */
export function placementOf(attention: SomeAttention): Placement {
  return attention.placement ?? "standard";
}

/**
 * Reads an attention as the command line writes it: `none`, `eca`, `se:reduction=8,stages=2-4,placement=post`.
 * @throws UserError when a kind, an option or its value is unknown, with what is possible.
 * @example
 * ```ts
 * import { createModel, parseAttention } from "senet";
 *
 * const graph = createModel("seresnet50", { attention: parseAttention("eca:kernel=5,stages=3-5") });
 * console.log(graph.parameters.has("layer2.0.se.conv.weight")); // true
 * ```
 */
export function parseAttention(text: string): Attention {
  const [kind = "", ...rest] = text.split(":");
  if (kind === "none" && rest.length === 0) return { kind: "none" };
  if (!Object.hasOwn(attentionKinds, kind)) {
    throw unknown(`attention "${text}"`, kind, ["none", ...Object.keys(attentionKinds)]);
  }
  const rules: Record<string, OptionRule> = { ...attentionKinds[kind as AttentionKind].options, ...where };
  const options: Record<string, unknown> = {};
  for (const entry of rest.join(":").split(",")) {
    if (entry === "" && rest.length === 0) continue;
    const [name = "", value = ""] = entry.split(/=(.*)/s);
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined) throw unknown(`option "${entry}" of attention ${kind}`, name, Object.keys(rules));
    if (Object.hasOwn(options, name)) throw new UserError(`attention "${text}" names ${name} twice; expected it once`);
    options[name] = read(rule, `attention ${kind}: ${name}`, value);
  }
  if (typeof options.stages === "string") options.stages = stagesOf(options.stages);
  return { kind, ...options } as Attention;
}

const stageList: OptionRule = {
  expected: "stages such as 2-4, 5 or 2+5",
  read: (text) => (/^\d{1,3}(-\d{1,3})?(\+\d{1,3}(-\d{1,3})?)*$/.test(text) ? text : undefined),
};
const where = { placement: oneOf(...placements), stages: stageList } satisfies Record<keyof Where, OptionRule>;

/** "2-4+6" as [2, 3, 4, 6]. */
function stagesOf(text: string): number[] {
  return text.split("+").flatMap((part) => {
    const [first, last = first] = part.split("-").map(Number) as [number, number?];
    return Array.from({ length: Math.max(0, last! - first + 1) }, (_, i) => first + i);
  });
}

function read(rule: OptionRule, what: string, text: string): unknown {
  const value = rule.read(text);
  if (value === undefined) throw new UserError(`${what}: got "${text}"; expected ${rule.expected}`);
  return value;
}

function unknown(what: string, given: string, known: readonly string[]): UserError {
  const near = nearest(given, known);
  return new UserError(
    `unknown ${what}; expected one of ${known.join(", ")}${near && near !== given ? `; did you mean "${near}"?` : ""}`,
  );
}

/**
 * An attention as the command line writes it: what {@link parseAttention} reads.
 * @example
 * ```ts
 * import { formatAttention } from "senet";
 *
 * console.log(formatAttention({ kind: "se", reduction: 8, stages: [2, 3] })); // se:reduction=8,stages=2+3
 * ```
 */
export function formatAttention({ kind, ...options }: Attention): string {
  const written = Object.entries(options).map(
    ([name, value]) => `${name}=${Array.isArray(value) ? value.join("+") : value}`,
  );
  return written.length === 0 ? kind : `${kind}:${written.join(",")}`;
}
