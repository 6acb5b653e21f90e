import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { optionError, UserError } from "../../errors.js";
import { models } from "../../models/index.js";
import { hasHubPrefix, looksLikeHubId } from "../../weights/hub/hub-id.js";

/** Where a model comes from: a network by name, a file (or a run's folder) here, or a repository of the hub. */
export type ModelSource = "name" | "file" | "hub";

/** What models may be given as, in words. */
export const modelSources =
  "a network by its published name, an .onnx file, the folder of a run, or a hub id such as timm/seresnet50.a1_in1k";

/** What weights may be given as, in words. */
export const weightsSources = "a .pth, .safetensors or .onnx file, the folder of a run, or a hub id";

/** How paths begin that cannot be ids of the hub; `runs/` is where runs are. */
const beginsAsPath = /^(\.{1,2}[\\/]|[\\/~]|[A-Za-z]:[\\/]|runs[\\/])/;

/** Endings of files that hold tensors. A repository of the hub whose name has one needs `hf-hub:` before it. */
const tensorFile = /\.(onnx|safetensors|pth|pt|th|bin|ckpt|tar|json)$/i;

/**
 * What the name of a model stands for. A path is never asked of the hub: what is there, what begins or ends as paths do,
 * and what lies in a folder that is there. `hf-hub:` makes a hub id of anything. A text that is none of these is a
 * network's name, for whoever knows the names to say what is near.
 */
export function modelSource(model: string): ModelSource {
  if (hasHubPrefix(model)) return "hub";
  if (Object.hasOwn(models, model)) return "name";
  if (existsSync(model) || tensorFile.test(model) || beginsAsPath.test(model) || isInFolder(model)) return "file";
  if (looksLikeHubId(model)) return "hub";
  return /[/\\]/.test(model) ? "file" : "name";
}

/** Whether the first part of a path is a folder here. */
function isInFolder(path: string): boolean {
  const [first, ...more] = path.split(/[\\/]/);
  return more.length > 0 && existsSync(first!) && statSync(first!).isDirectory();
}

/** What the name of weights stands for, by the same rules. @throws UserError for a network's name, which has none. */
export function weightsSource(weights: string): Exclude<ModelSource, "name"> {
  if (modelSource(weights) === "hub") return "hub";
  if (existsSync(weights) || !Object.hasOwn(models, weights)) return "file";
  throw optionError("weights", `got ${weights}, a network's name; expected ${weightsSources}, timm/${weights}.TAG`);
}

/** Whether something of a model comes from the hub. @throws UserError as `weightsSource`. */
export function needsHub({
  model,
  weights,
}: {
  readonly model: string;
  readonly weights?: string | undefined;
}): boolean {
  return modelSource(model) === "hub" || (weights !== undefined && weightsSource(weights) === "hub");
}

/** The `.onnx` file of a model that is one, or of a run's folder. @throws UserError when there can be none. */
export function modelFileOf(model: string): string {
  const path = runFileOf(model);
  if (/\.onnx$/i.test(path)) return path;
  throw new UserError(
    `got ${path}; expected ${modelSources}; weights alone go with their network's name as the model`,
    {
      option: "weights",
    },
  );
}

/**
 * The model in a run's folder; the path itself where that is no folder.
 * @throws UserError for a folder without one, and for a path that is not there, but for names of files, which whoever
 *   reads them misses by their kind.
 */
export function runFileOf(path: string): string {
  if (!existsSync(path)) {
    if (tensorFile.test(path)) return path;
    const hub = looksLikeHubId(path) ? `, or give hf-hub:${path} for the hub's` : "";
    throw new UserError(`no file or run ${path} here; check the path${hub}`);
  }
  if (!statSync(path).isDirectory()) return path;
  const file = ["model.onnx", "best.onnx"].map((name) => join(path, name)).find((file) => existsSync(file));
  if (file !== undefined) return file;
  throw new UserError(
    `${path}: got a folder without model.onnx and best.onnx; give one of senet train, or an .onnx file`,
  );
}
