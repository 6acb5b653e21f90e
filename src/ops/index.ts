import { UserError } from "../errors.js";
import { Add } from "./add.js";
import { ArgMax } from "./arg-max.js";
import { BatchNormGradient } from "./batch-norm-gradient.js";
import { BatchNormTraining } from "./batch-norm-training.js";
import { BatchNormalization } from "./batch-normalization.js";
import { BitwiseAnd } from "./bitwise-and.js";
import { BitwiseXor } from "./bitwise-xor.js";
import { Cast } from "./cast.js";
import { Clip } from "./clip.js";
import { Concat } from "./concat.js";
import { Conv } from "./conv.js";
import { ConvInputGradient } from "./conv-input-gradient.js";
import { ConvTranspose } from "./conv-transpose.js";
import { ConvWeightGradient } from "./conv-weight-gradient.js";
import { Div } from "./div.js";
import { Dropout } from "./dropout.js";
import { Equal } from "./equal.js";
import { Expand } from "./expand.js";
import { Flatten } from "./flatten.js";
import { Gemm } from "./gemm.js";
import { GlobalAveragePool } from "./global-average-pool.js";
import { Greater } from "./greater.js";
import { HardSigmoid } from "./hard-sigmoid.js";
import { Identity } from "./identity.js";
import { Less } from "./less.js";
import { LogSoftmax } from "./log-softmax.js";
import { MatMul } from "./mat-mul.js";
import { Max } from "./max.js";
import { Min } from "./min.js";
import { Mul } from "./mul.js";
import { NchwcConv } from "./nchwc-conv.js";
import { NchwcGlobalAveragePool } from "./nchwc-global-average-pool.js";
import { Neg } from "./neg.js";
import { Not } from "./not.js";
import type { Op } from "./op.js";
import { Pad } from "./pad.js";
import { Pow } from "./pow.js";
import { Range } from "./range.js";
import { Reciprocal } from "./reciprocal.js";
import { ReduceMean } from "./reduce-mean.js";
import { ReduceSum } from "./reduce-sum.js";
import { Relu } from "./relu.js";
import { ReluGradient } from "./relu-gradient.js";
import { ReorderInput } from "./reorder-input.js";
import { ReorderOutput } from "./reorder-output.js";
import { Reshape } from "./reshape.js";
import { Sigmoid } from "./sigmoid.js";
import { Sign } from "./sign.js";
import { Slice } from "./slice.js";
import { Softmax } from "./softmax.js";
import { Softplus } from "./softplus.js";
import { Sqrt } from "./sqrt.js";
import { Sub } from "./sub.js";
import { Transpose } from "./transpose.js";
import { Where } from "./where.js";
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
  HardSigmoid,
  NchwcConv,
  NchwcGlobalAveragePool,
  ReorderInput,
  ReorderOutput,
  BitwiseAnd,
  BitwiseXor,
  Clip,
  Dropout,
  Greater,
  Less,
  Max,
  Min,
  Not,
  Pow,
  Range,
  Softplus,
  Where,
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
