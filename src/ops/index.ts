import { UserError } from "../errors.js";
import type { Node } from "../graph/graph.js";
import { Abs } from "./abs.js";
import { Add } from "./add.js";
import { And } from "./and.js";
import { ArgMax } from "./arg-max.js";
import { AveragePool } from "./average-pool.js";
import { BatchNormGradient } from "./batch-norm-gradient.js";
import { BatchNormTraining } from "./batch-norm-training.js";
import { BatchNormalization } from "./batch-normalization.js";
import { BitwiseAnd } from "./bitwise-and.js";
import { BitwiseOr } from "./bitwise-or.js";
import { BitwiseXor } from "./bitwise-xor.js";
import { Cast } from "./cast.js";
import { Ceil } from "./ceil.js";
import { Celu } from "./celu.js";
import { Clip } from "./clip.js";
import { Concat } from "./concat.js";
import { ConstantOfShape } from "./constant-of-shape.js";
import { Conv } from "./conv.js";
import { ConvInputGradient } from "./conv-input-gradient.js";
import { ConvTranspose } from "./conv-transpose.js";
import { ConvWeightGradient } from "./conv-weight-gradient.js";
import { Cos } from "./cos.js";
import { CumSum } from "./cum-sum.js";
import { DepthToSpace } from "./depth-to-space.js";
import { Div } from "./div.js";
import { Dropout } from "./dropout.js";
import { Einsum } from "./einsum.js";
import { Elu } from "./elu.js";
import { NchwcConv } from "./engine/nchwc-conv.js";
import { NchwcGlobalAveragePool } from "./engine/nchwc-global-average-pool.js";
import { ReorderInput } from "./engine/reorder-input.js";
import { ReorderOutput } from "./engine/reorder-output.js";
import { Equal } from "./equal.js";
import { Erf } from "./erf.js";
import { Exp } from "./exp.js";
import { Expand } from "./expand.js";
import { Flatten } from "./flatten.js";
import { Floor } from "./floor.js";
import { Gather } from "./gather.js";
import { GatherElements } from "./gather-elements.js";
import { GatherND } from "./gather-nd.js";
import { Gelu } from "./gelu.js";
import { Gemm } from "./gemm.js";
import { GlobalAveragePool } from "./global-average-pool.js";
import { GlobalMaxPool } from "./global-max-pool.js";
import { Greater } from "./greater.js";
import { GreaterOrEqual } from "./greater-or-equal.js";
import { GroupNormalization } from "./group-normalization.js";
import { HardSigmoid } from "./hard-sigmoid.js";
import { HardSwish } from "./hard-swish.js";
import { Identity } from "./identity.js";
import { InstanceNormalization } from "./instance-normalization.js";
import { IsInf } from "./is-inf.js";
import { IsNaN } from "./is-na-n.js";
import { LayerNormalization } from "./layer-normalization.js";
import { LeakyRelu } from "./leaky-relu.js";
import { Less } from "./less.js";
import { LessOrEqual } from "./less-or-equal.js";
import { Log } from "./log.js";
import { LogSoftmax } from "./log-softmax.js";
import { LpNormalization } from "./lp-normalization.js";
import { LpPool } from "./lp-pool.js";
import { LRN } from "./lrn.js";
import { MatMul } from "./mat-mul.js";
import { Max } from "./max.js";
import { MaxPool } from "./max-pool.js";
import { MaxUnpool } from "./max-unpool.js";
import { Mean } from "./mean.js";
import { MeanVarianceNormalization } from "./mean-variance-normalization.js";
import { Min } from "./min.js";
import { Mish } from "./mish.js";
import { Mod } from "./mod.js";
import { Mul } from "./mul.js";
import { Neg } from "./neg.js";
import { NonZero } from "./non-zero.js";
import { Not } from "./not.js";
import { OneHot } from "./one-hot.js";
import type { Op } from "./op.js";
import type { OpKind } from "./op-kind.js";
import { Or } from "./or.js";
import { Pad } from "./pad.js";
import { Pow } from "./pow.js";
import { PRelu } from "./prelu.js";
import { Range } from "./range.js";
import { Reciprocal } from "./reciprocal.js";
import { ReduceL1 } from "./reduce-l1.js";
import { ReduceL2 } from "./reduce-l2.js";
import { ReduceLogSum } from "./reduce-log-sum.js";
import { ReduceLogSumExp } from "./reduce-log-sum-exp.js";
import { ReduceMax } from "./reduce-max.js";
import { ReduceMean } from "./reduce-mean.js";
import { ReduceMin } from "./reduce-min.js";
import { ReduceProd } from "./reduce-prod.js";
import { ReduceSum } from "./reduce-sum.js";
import { ReduceSumSquare } from "./reduce-sum-square.js";
import { Relu } from "./relu.js";
import { ReluGradient } from "./relu-gradient.js";
import { Reshape } from "./reshape.js";
import { Resize } from "./resize.js";
import { Round } from "./round.js";
import { ScatterElements } from "./scatter-elements.js";
import { ScatterND } from "./scatter-nd.js";
import { Selu } from "./selu.js";
import { ShakeShake } from "./shake-shake.js";
import { Shape } from "./shape.js";
import { Sigmoid } from "./sigmoid.js";
import { Sign } from "./sign.js";
import { Sin } from "./sin.js";
import { Size } from "./size.js";
import { Slice } from "./slice.js";
import { Softmax } from "./softmax.js";
import { Softplus } from "./softplus.js";
import { Softsign } from "./softsign.js";
import { SpaceToDepth } from "./space-to-depth.js";
import { Split } from "./split.js";
import { Sqrt } from "./sqrt.js";
import { Squeeze } from "./squeeze.js";
import { Sub } from "./sub.js";
import { Sum } from "./sum.js";
import { Tanh } from "./tanh.js";
import { ThresholdedRelu } from "./thresholded-relu.js";
import { Tile } from "./tile.js";
import { TopK } from "./top-k.js";
import { Transpose } from "./transpose.js";
import { Unsqueeze } from "./unsqueeze.js";
import { Where } from "./where.js";
import { Xor } from "./xor.js";

/** Every operator the graph knows, by its ONNX name. */
export const ops = {
  Abs,
  Add,
  And,
  ArgMax,
  AveragePool,
  BatchNormalization,
  BatchNormGradient,
  BatchNormTraining,
  BitwiseAnd,
  BitwiseOr,
  BitwiseXor,
  Cast,
  Ceil,
  Celu,
  Clip,
  Concat,
  ConstantOfShape,
  Conv,
  ConvInputGradient,
  ConvTranspose,
  ConvWeightGradient,
  Cos,
  CumSum,
  DepthToSpace,
  Div,
  Dropout,
  Einsum,
  Elu,
  Equal,
  Erf,
  Exp,
  Expand,
  Flatten,
  Floor,
  Gather,
  GatherElements,
  GatherND,
  Gelu,
  Gemm,
  GlobalAveragePool,
  GlobalMaxPool,
  Greater,
  GreaterOrEqual,
  GroupNormalization,
  HardSigmoid,
  HardSwish,
  Identity,
  InstanceNormalization,
  IsInf,
  IsNaN,
  LayerNormalization,
  LeakyRelu,
  Less,
  LessOrEqual,
  Log,
  LogSoftmax,
  LpNormalization,
  LpPool,
  LRN,
  MatMul,
  Max,
  MaxPool,
  MaxUnpool,
  Mean,
  MeanVarianceNormalization,
  Min,
  Mish,
  Mod,
  Mul,
  NchwcConv,
  NchwcGlobalAveragePool,
  Neg,
  NonZero,
  Not,
  OneHot,
  Or,
  Pad,
  Pow,
  PRelu,
  Range,
  Reciprocal,
  ReduceL1,
  ReduceL2,
  ReduceLogSum,
  ReduceLogSumExp,
  ReduceMax,
  ReduceMean,
  ReduceMin,
  ReduceProd,
  ReduceSum,
  ReduceSumSquare,
  Relu,
  ReluGradient,
  ReorderInput,
  ReorderOutput,
  Reshape,
  Resize,
  Round,
  ScatterElements,
  ScatterND,
  Selu,
  ShakeShake,
  Shape,
  Sigmoid,
  Sign,
  Sin,
  Size,
  Slice,
  Softmax,
  Softplus,
  Softsign,
  SpaceToDepth,
  Split,
  Sqrt,
  Squeeze,
  Sub,
  Sum,
  Tanh,
  ThresholdedRelu,
  Tile,
  TopK,
  Transpose,
  Unsqueeze,
  Where,
  Xor,
} as const;

/**
 * The name of a known operator.
 * @useDeclaredType
 */
export type OpName = keyof typeof ops;

/** The attribute schema of an operator. */
export type OpSchema<O extends OpName> = (typeof ops)[O]["attributes"];

const byName: Readonly<Record<string, Op>> = ops;

const formerNames = new Map(Object.values(byName).flatMap((op) => (op.formerly ? [[op.formerly, op] as const] : [])));

/** The rules of an operator. @throws UserError when it is not one of ours. */
export function opOf(op: string, domain: string): Op {
  const found = Object.hasOwn(byName, op) ? byName[op] : undefined;
  if (found === undefined || (domain !== "" && domain !== "ai.onnx" && domain !== found.domain)) {
    throw new UserError(
      `operator ${domain === "" ? "" : `${domain}.`}${op} is not supported; ` +
        "export the model without it, or add it as docs/architecture.md says",
    );
  }
  return found;
}

/** The rules of an operator as a file names it, perhaps by a name of older opsets. @throws UserError as `opOf`. */
export function opInFile(op: string, domain: string): Op {
  return (domain === "" ? formerNames.get(op) : undefined) ?? opOf(op, domain);
}

/** Whether an operator is one of ours, by the name that a file has for it. */
export function isKnown(op: string, domain: string): boolean {
  return domain === "" && (Object.hasOwn(byName, op) || formerNames.has(op));
}

/** Whether a node's operator is of one of these kinds. @throws UserError when it is not one of ours. */
export function isOfKind({ op, domain }: Pick<Node, "op" | "domain">, ...kinds: readonly OpKind[]): boolean {
  return kinds.includes(opOf(op, domain).kind);
}
