import { UserError } from "../../errors.js";
import type { Program } from "../../evaluate/ask.js";
import { findGates, type GateSite, withoutGates } from "../../explain/find-gates.js";
import { watchedProgram } from "../../explain/watch-gates.js";
import { openModel } from "../../workspace/model/open-model.js";
import type { Servable } from "../engine/servable.js";
import type { ServedModel } from "./served-model.js";

/** A model whose gates are outputs beside its answer. */
export interface ExplainedModel {
  readonly servable: Servable;
  readonly program: Program;
  /** The blocks whose gates it gives, one number for each channel. */
  readonly sites: readonly GateSite[];
}

/** @throws UserError when the model has no gates of channels, or its operators are not known. */
export async function explainedModel({ query, classifier, servable }: ServedModel): Promise<ExplainedModel> {
  if (classifier instanceof UserError) throw classifier;
  const { height, width, mean } = classifier.preprocessing;
  const { graph, weights } = await openModel(query, { image: [mean.length, height, width] });
  const sites = findGates(graph).filter(({ kind }) => kind === "channel");
  if (sites.length === 0) throw withoutGates(graph);
  const { output } = classifier.program.answer;
  const isKept = graph.outputs.some(({ name }) => name === output);
  const program = watchedProgram({ graph, weights, sites, output: isKept ? output : undefined });
  const outputs = [program.answer.output, ...(program.others ?? [])].map((name) => {
    return { name, datatype: "FP32" as const, shape: [-1] };
  });
  const { onnx } = program;
  return {
    program,
    sites,
    servable: { ...servable, label: `${servable.label} explained`, onnx, folder: undefined, outputs },
  };
}
