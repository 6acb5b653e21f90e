import { existsSync } from "node:fs";
import { models } from "../models/index.js";
import { hasHubPrefix, looksLikeHubId } from "../weights/hub-id.js";

/** Where a model comes from: a network by name, a file (or folder) here, or a repository of the hub. */
export type ModelSource = "name" | "file" | "hub";

/** What models may be given as, for the help of commands. */
export const modelSources =
  "a network by its published name, an .onnx file, or a hub id such as timm/seresnet50.a1_in1k";

/**
 * What `--model` stands for. A file that is there wins over a hub id of the same form; `hf-hub:` makes it one for certain.
 * A text that is none of these is a name, for whoever knows the names to say what is near.
 */
export function modelSource(model: string): ModelSource {
  if (hasHubPrefix(model)) return "hub";
  if (Object.hasOwn(models, model)) return "name";
  if (existsSync(model) || /\.onnx$/i.test(model)) return "file";
  if (looksLikeHubId(model)) return "hub";
  return /[/\\]/.test(model) ? "file" : "name";
}
