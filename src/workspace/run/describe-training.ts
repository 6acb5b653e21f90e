import type { Dataset } from "../../data/dataset.js";
import { countParameters, type Graph } from "../../graph/graph.js";
import { elements } from "../../graph/tensor.js";
import { countLayers } from "../../read/layer-depths.js";
import { formatCount, plural } from "../../report/format.js";
import { stepsPerEpoch } from "../../train/epoch.js";
import type { Recipe } from "../../train/recipe.js";
import { optimizerNames } from "../../train/recipe-fields.js";
import type { PreparedTraining } from "./prepare-training.js";

/** Names with what is so called, for people. */
export type Facts = readonly (readonly [name: string, value: string])[];

/** What is trained on what and how, before it begins. */
export function describeTraining(prepared: PreparedTraining): Facts {
  const { model, graph, dataset, preparedBy, recipe } = prepared;
  return [
    ["data", describeData(dataset)],
    ["network", `${model}: ${formatCount(countParameters(graph))} parameters`],
    ["learns", describeLearning(prepared)],
    ...describeRecipe(recipe, dataset),
    ...describeLayers(graph, recipe),
    ["pixels", `mean ${rounded(dataset.mean)}; std ${rounded(dataset.std)}; ${deciders[preparedBy]}`],
  ];
}

/** Who says how pixels are normalised. */
const deciders: { readonly [K in PreparedTraining["preparedBy"]]: string } = {
  given: "as given",
  weights: "as the weights have it",
  published: "as published of the network",
  inside: "the file normalises them itself",
  dataset: "of the data",
};

/** How a network is trained on a dataset. */
export function describeRecipe(recipe: Recipe, dataset: Dataset): Facts {
  const { epochs, batch, accumulate = 1, stopAfter, lr, schedule, warmup, groups = [] } = recipe;
  const steps = stepsPerEpoch({ dataset, recipe });
  const left = dataset.train.length - steps * batch;
  return [
    [
      "batch",
      `${plural(batch, "image")}, ${plural(steps, "step")} an epoch` +
        (accumulate > 1 ? `, ${accumulate} of them an update` : "") +
        (left > 0 ? `; ${plural(left, "image")} ${left === 1 ? "waits" : "wait"} for another epoch` : ""),
    ],
    ["epochs", `${epochs}${stopAfter === undefined ? "" : `, fewer where ${stopAfter} in a row bring no gain`}`],
    ["optimizer", describeOptimizer(recipe)],
    [
      "rate",
      `${Number(lr.toPrecision(4))}, ${schedule}${warmup > 0 ? `, rising over ${warmup} ${warmup === 1 ? "epoch" : "epochs"}` : ""}` +
        groups.map(({ match, lrScale }) => (lrScale === undefined ? "" : `; × ${lrScale} for ${match}`)).join(""),
    ],
  ];
}

/** How rates differ from layer to layer, and how many layers were found. */
function describeLayers(graph: Graph, { layerDecay = 1 }: Recipe): Facts {
  if (layerDecay === 1) return [];
  const layers = countLayers(graph);
  const first = Number((layerDecay ** (layers - 1)).toPrecision(2));
  return [["layers", `${layers}; the rate is × ${layerDecay} from each to the one before it, × ${first} in the first`]];
}

function describeData({ name, train, test, classes, channels, height, width }: Dataset): string {
  return (
    `${name}: ${formatCount(train.length)} training and ${formatCount(test.length)} test images of ` +
    `${plural(classes.length, "class")}, ${channels}×${height}×${width}`
  );
}

function describeLearning({ graph, draft, recipe, situation }: PreparedTraining): string {
  const learning = draft.state
    .filter(({ kind }) => kind === "parameter")
    .reduce((sum, { shape }) => sum + elements(shape), 0);
  const { apart } = situation;
  const why =
    apart === undefined
      ? ""
      : `; as they are, the weights tell ${Math.round(100 * apart)} % of the images looked at apart`;
  if (learning === countParameters(graph)) return `all parameters${why}`;
  const patterns = [recipe.learn ?? []].flat().filter((pattern) => pattern !== "*");
  return `${formatCount(learning)} parameters${patterns.length > 0 ? ` (${patterns.join(", ")})` : ""}; the rest is frozen${why}`;
}

function describeOptimizer({ optimizer = optimizerNames[0], momentum, nesterov, weightDecay, ema }: Recipe): string {
  const own = optimizer === "sgd" || optimizer === "rmsproptf";
  return [
    optimizer,
    ...(own ? [`${optimizer === "sgd" && nesterov ? "Nesterov " : ""}momentum ${momentum}`] : []),
    `weight decay ${weightDecay}`,
    ...(ema === undefined ? [] : ["weights averaged"]),
  ].join(", ");
}

function rounded(numbers: readonly number[]): string {
  return numbers.map((number) => Number(number.toPrecision(4))).join(", ");
}
