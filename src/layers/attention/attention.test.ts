import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../../graph/builder.js";
import { int64, type Tensor } from "../../graph/tensor.js";
import { gradientStep } from "../../step/gradient-step.js";
import { randomTensor } from "../../testing/random-tensor.js";
import { runGraph } from "../../testing/run-graph.js";
import { startValue } from "../../testing/torch-golden.js";
import { crossEntropy } from "../../train/losses.js";
import { classifier } from "../classifier.js";
import { conv } from "../conv.js";
import { Scope } from "../scope.js";
import { attend, formatAttention, parseAttention, placementOf, type SomeAttention } from "./attention.js";
import { attentionKinds } from "./attention-kinds.js";

describe("parseAttention", () => {
  it.each([
    ["none", { kind: "none" }],
    ["eca", { kind: "eca" }],
    ["se:reduction=8,stages=2-4,placement=post", { kind: "se", reduction: 8, stages: [2, 3, 4], placement: "post" }],
    ["se:hidden=12,bias=false", { kind: "se", hidden: 12, bias: false }],
    ["se:hidden=divisible,stages=2+4-5", { kind: "se", hidden: "divisible", stages: [2, 4, 5] }],
    ["ge:variant=minus,extent=4", { kind: "ge", variant: "minus", extent: 4 }],
    ["sk:least=16", { kind: "sk", least: 16 }],
  ])("reads %s, and formatAttention writes what it reads", (text, attention) => {
    expect(parseAttention(text)).toEqual(attention);
    expect(parseAttention(formatAttention(parseAttention(text)))).toEqual(attention);
  });

  it.each([
    ["ec", /^unknown attention "ec"; expected one of none, se, eca, .*; did you mean "eca"\?$/],
    ["", /^unknown attention ""; expected one of none, se, /],
    ["none:reduction=8", /^unknown attention "none:reduction=8"; expected one of/],
    ["constructor", /^unknown attention "constructor"/],
    ["se:reductoin=8", /^unknown option "reductoin=8" of attention se; .*; did you mean "reduction"\?$/],
    [
      "eca:reduction=8",
      /^unknown option "reduction=8" of attention eca; expected one of kernel, gate, placement, stages/,
    ],
    ["se:reduction=0", /^attention se: reduction: got "0"; expected a positive number$/],
    ["se:reduction=", /^attention se: reduction: got ""; expected a positive number$/],
    ["se:reduction=Infinity", /^attention se: reduction: got "Infinity"/],
    ["se:hidden=half", /got "half"; expected floor, divisible, mobile or a whole number of at least 1$/],
    ["se:gate=softmax", /^attention se: gate: got "softmax"; expected sigmoid, hard-sigmoid, tanh, relu$/],
    ["se:placement=behind", /expected standard, pre, post, identity, 3x3$/],
    ["se:stages=all", /^attention se: stages: got "all"; expected stages such as 2-4, 5 or 2\+5$/],
    ["se:bias=yes", /expected true or false$/],
    ["se:", /^unknown option "" of attention se/],
    ["se:reduction=8,reduction=4", /names reduction twice; expected it once$/],
  ])("refuses %s", (text, message) => expect(() => parseAttention(text)).toThrow(message));
});

const texts = [
  ...Object.keys(attentionKinds).map((kind) => (kind === "gc" ? "gc:reduction=2" : kind)),
  "se:squeeze=max,gate=tanh,reduction=2",
  "se:squeeze=none",
  "se:weights=linear,gate=hard-sigmoid",
  "scse:join=max",
  "ge:variant=minus,extent=2",
  "ge:variant=plain,extent=2",
  "gc:fuse=scale,reduction=2",
];

// It imports losses and gradients, which lie above: whether a block teaches all its parameters shows only in a step.
/** A convolution, the block and a classifier. */
function networkWith(text: string) {
  const attention = parseAttention(text) as SomeAttention;
  const g = new GraphBuilder("test");
  const p = new Scope(g);
  const y = conv(p.at("conv"), g.input("x", "float32", ["N", 3, 5, 7]), { channels: 16, kernel: 3 });
  const scaled = attend(p.at("se"), y, attention, { placement: placementOf(attention), stage: 2 });
  g.output(classifier(p.at("fc"), scaled, { classes: 4 }), "logits");
  return g.build();
}

describe("a block", () => {
  it.each(texts)("%s leaves the map's shape alone and teaches all its parameters", async (text) => {
    const graph = networkWith(text);
    const { graph: step, unused } = gradientStep(graph, { batch: 4, loss: crossEntropy() });
    expect(unused).toEqual([]);
    const results = await runGraph(step, {
      ...Object.fromEntries([...graph.parameters].map(([name, { shape }]) => [name, startValue(name, shape)])),
      x: randomTensor([4, 3, 5, 7], 1),
      y: int64([4], [0, 1, 2, 3]),
    });
    const size = ({ data }: Tensor) => (data as Float32Array).reduce((sum, value) => sum + Math.abs(value), 0);
    const trainable = [...graph.parameters].flatMap(([key, { trainable }]) => (trainable ? [key] : []));
    // A bias before a softmax changes nothing: its gradient is what rounding leaves.
    const taught = trainable.filter((key) => !key.endsWith("conv_attn.bias"));
    expect(taught.filter((key) => !(size(results[`grad.${key}`]!) > 0))).toEqual([]);
  });

  it("stands only where it is asked to", () => {
    const g = new GraphBuilder("test");
    const x = g.input("x", "float32", ["N", 8, 4, 4]);
    const attention = parseAttention("se:stages=3,placement=post");
    const at = (placement: "post" | "standard", stage: number) =>
      attend(new Scope(g, `s${stage}`), x, attention, { placement, stage });
    expect(at("post", 2)).toBe(x);
    expect(at("standard", 3)).toBe(x);
    expect(at("post", 3).name).toBe("s3.out");
  });

  it.each([
    ["eca:kernel=4", "eca: got kernel 4; expected an odd number such as 3"],
    ["ge:extent=3", "ge: got extent 3; expected 0 for the whole map, or a power of 2 such as 4"],
    ["se:weights=linear,squeeze=none", 'squeezeExcite: got weights "linear" with squeeze "none"; expected "conv"'],
    ["gc", "gc: got 16 channels with reduction 16; expected 3 hidden units at least"],
    ["ceca:kernel=35", "ceca: got kernel 35 for 16 channels; expected at most 33"],
  ])("%s is refused", (text, message) => expect(() => networkWith(text)).toThrow(message));
});
