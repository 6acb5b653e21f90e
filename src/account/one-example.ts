import { withBatch } from "../graph/batch.js";
import type { Graph } from "../graph/graph.js";
import { type GraphIndex, indexOf } from "../graph/graph-index.js";
import { perGraph } from "../graph/per-graph.js";

/** The index of a graph for a batch of one example, which costs are counted for. */
export const oneExample: (graph: Graph) => GraphIndex = perGraph((graph) => indexOf(withBatch(graph, 1)));
