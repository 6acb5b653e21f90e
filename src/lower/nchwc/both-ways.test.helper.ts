import type { Graph } from "../../graph/graph.js";
import { writeOnnx } from "../../graph/onnx/write-onnx.js";
import type { Tensor } from "../../graph/tensor.js";
import { type Build, buildGraph, feedsOf } from "../../testing/build-graph.js";
import { channelBlockHere } from "../../testing/channel-block.js";
import { largestError } from "../../testing/naive-conv.js";
import { type NamedTensors, runFile } from "../../testing/run-graph.js";
import { lower } from "../lower.js";

/** Channels in a block on this machine; undefined where ONNX Runtime has no such layout and the tests are skipped. */
export const block = await channelBlockHere();

/** A graph lowered to standard operators and to blocked ones, and what both gave. */
export interface BothWays {
  readonly standard: Readonly<Record<string, Tensor>>;
  readonly blocked: Readonly<Record<string, Tensor>>;
  /** The operators of the blocked graph. */
  readonly ops: readonly string[];
  /** The largest difference of any output, relative to that output's largest entry. */
  readonly error: number;
}

/** Runs `graph` in both lowerings. */
export async function bothWays(graph: Graph, feeds: NamedTensors): Promise<BothWays> {
  const [plain, lowered] = [lower(graph), lower(graph, { channelBlock: block })];
  const standard = await runFile(writeOnnx(plain), feeds);
  const blocked = await runFile(writeOnnx(lowered), feeds);
  const errors = Object.entries(standard).map(([name, tensor]) => largestError(blocked[name]!, tensor));
  return { standard, blocked, ops: lowered.nodes.map(({ op }) => op), error: Math.max(...errors) };
}

/** Runs what `build` writes over inputs in both lowerings. */
export function built(inputs: readonly Tensor[], build: Build): Promise<BothWays> {
  return bothWays(buildGraph(inputs, build), feedsOf(inputs));
}

/**
 * Runs what `build` writes by every algorithm of its one task that `lower` can choose on channel blocks.
 * @returns the largest error of each by name, against the standard lowering.
 */
export async function byEveryAlgorithm(inputs: readonly Tensor[], build: Build): Promise<Record<string, number>> {
  const graph = buildGraph(inputs, build);
  const expected = await runFile(writeOnnx(lower(graph)), feedsOf(inputs));
  let among: readonly string[] = [];
  lower(graph, {
    channelBlock: block,
    choose: (_, names) => {
      among = names;
      return undefined;
    },
  });
  const errors: Record<string, number> = {};
  for (const name of among) {
    const made = await runFile(writeOnnx(lower(graph, { channelBlock: block, choose: () => name })), feedsOf(inputs));
    errors[name] = Math.max(...Object.entries(expected).map(([key, tensor]) => largestError(made[key]!, tensor)));
  }
  return errors;
}

/** How often each operator of `names` occurs. */
export function count(ops: readonly string[], ...names: string[]): number[] {
  return names.map((name) => ops.filter((op) => op === name).length);
}
