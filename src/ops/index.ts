import { UserError } from "../errors.js";
import { Add } from "./add.js";
import { And } from "./and.js";
import { ArgMax } from "./arg-max.js";
import { AveragePool } from "./average-pool.js";
import { BatchNormGradient } from "./batch-norm-gradient.js";
import { BatchNormTraining } from "./batch-norm-training.js";
import { BatchNormalization } from "./batch-normalization.js";
import { Cast } from "./cast.js";
import { Concat } from "./concat.js";
import { ConstantOfShape } from "./constant-of-shape.js";
import { Conv } from "./conv.js";
import { ConvInputGradient } from "./conv-input-gradient.js";
import { ConvTranspose } from "./conv-transpose.js";
import { ConvWeightGradient } from "./conv-weight-gradient.js";
import { DepthToSpace } from "./depth-to-space.js";
import { Div } from "./div.js";
import { Equal } from "./equal.js";
import { Expand } from "./expand.js";
import { Flatten } from "./flatten.js";
import { Gather } from "./gather.js";
import { GatherElements } from "./gather-elements.js";
import { Gemm } from "./gemm.js";
import { GlobalAveragePool } from "./global-average-pool.js";
import { GlobalMaxPool } from "./global-max-pool.js";
import { Greater } from "./greater.js";
import { GreaterOrEqual } from "./greater-or-equal.js";
import { HardSigmoid } from "./hard-sigmoid.js";
import { Identity } from "./identity.js";
import { Less } from "./less.js";
import { LessOrEqual } from "./less-or-equal.js";
import { LogSoftmax } from "./log-softmax.js";
import { MatMul } from "./mat-mul.js";
import { MaxPool } from "./max-pool.js";
import { MaxUnpool } from "./max-unpool.js";
import { Mod } from "./mod.js";
import { Mul } from "./mul.js";
import { NchwcConv } from "./nchwc-conv.js";
import { NchwcGlobalAveragePool } from "./nchwc-global-average-pool.js";
import { Neg } from "./neg.js";
import { Not } from "./not.js";
import type { Op } from "./op.js";
import { Or } from "./or.js";
import { Pad } from "./pad.js";
import { Range } from "./range.js";
import { Reciprocal } from "./reciprocal.js";
import { ReduceMean } from "./reduce-mean.js";
import { ReduceSum } from "./reduce-sum.js";
import { Relu } from "./relu.js";
import { ReluGradient } from "./relu-gradient.js";
import { ReorderInput } from "./reorder-input.js";
import { ReorderOutput } from "./reorder-output.js";
import { Reshape } from "./reshape.js";
import { Resize } from "./resize.js";
import { ScatterElements } from "./scatter-elements.js";
import { Shape } from "./shape.js";
import { Sigmoid } from "./sigmoid.js";
import { Sign } from "./sign.js";
import { Size } from "./size.js";
import { Slice } from "./slice.js";
import { Softmax } from "./softmax.js";
import { SpaceToDepth } from "./space-to-depth.js";
import { Split } from "./split.js";
import { Sqrt } from "./sqrt.js";
import { Squeeze } from "./squeeze.js";
import { Sub } from "./sub.js";
import { Transpose } from "./transpose.js";
import { Unsqueeze } from "./unsqueeze.js";
import { Where } from "./where.js";
import { Xor } from "./xor.js";
/** Every operator the graph knows, by its ONNX name. */
export const ops = {
  Add,
  ArgMax,
  BatchNormalization,
  BatchNormGradient,
  BatchNormTraining,
  Cast,
  Concat,
  Conv,
  ConvInputGradient,
  ConvWeightGradient,
  ConvTranspose,
  Div,
  Equal,
  Expand,
  Flatten,
  Gemm,
  GlobalAveragePool,
  Identity,
  LogSoftmax,
  MatMul,
  Mul,
  Neg,
  Pad,
  Reciprocal,
  ReduceMean,
  ReduceSum,
  Relu,
  ReluGradient,
  Reshape,
  Sigmoid,
  Sign,
  Slice,
  Softmax,
  Sqrt,
  Sub,
  Transpose,
  AveragePool,
  DepthToSpace,
  GlobalMaxPool,
  MaxPool,
  MaxUnpool,
  Resize,
  SpaceToDepth,
  HardSigmoid,
  NchwcConv,
  NchwcGlobalAveragePool,
  ReorderInput,
  ReorderOutput,
  Shape,
  Size,
  Gather,
  GatherElements,
  ScatterElements,
  Squeeze,
  Unsqueeze,
  ConstantOfShape,
  Range,
  Where,
  Less,
  LessOrEqual,
  Greater,
  GreaterOrEqual,
  Not,
  And,
  Or,
  Xor,
  Mod,
  Split,
} as const;

/** The name of a known operator. */
export type OpName = keyof typeof ops;

/** The attribute schema of an operator. */
export type OpSchema<O extends OpName> = (typeof ops)[O]["attributes"];

/** The rules of an operator. @throws UserError when it is not one of ours. */
export function opOf(op: string, domain: string): Op {
  const found = Object.hasOwn(ops, op) ? ops[op as OpName] : undefined;
  if (found === undefined || (domain !== "" && domain !== "ai.onnx" && domain !== found.domain)) {
    throw new UserError(
      `operator ${domain === "" ? "" : `${domain}.`}${op} is not supported; expected one of ${Object.keys(ops).join(", ")}`,
    );
  }
  return found;
}
