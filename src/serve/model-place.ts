import { basename, dirname } from "node:path";
import { UserError } from "../errors.js";
import type { ModelQuery } from "../workspace/model/model-query.js";
import { modelSource } from "../workspace/model/model-source.js";

/** Which model is served under which name. */
export interface ModelPlace {
  readonly name: string;
  /** A whole number from 1. */
  readonly version: string;
  readonly query: ModelQuery;
}

/** Names that stand in addresses as they are. */
const nameForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/**
 * The names and versions of models: `bees=runs/bees` says a name, `bees:3=runs/bees` a version too. What says no name is
 * called as its file or folder is; those of one name are versions 1, 2, … in their order.
 * @throws UserError where two are alike, or a name cannot stand in an address.
 */
export function modelPlaces(given: readonly (string | ModelQuery)[]): ModelPlace[] {
  if (given.length === 0) throw new UserError("got no model to serve; expected one or more");
  const places: ModelPlace[] = [];
  for (const one of given) {
    const query = typeof one === "string" ? { model: one } : one;
    const [, said, version, model = query.model] = /^([^=:/\\]+)(?::(\d+))?=(.+)$/.exec(query.model) ?? [];
    const name = said ?? usualName(model);
    if (!nameForm.test(name) || name === "stats") {
      throw new UserError(
        `got the name ${JSON.stringify(name)}; expected letters, digits, ".", "_" and "-", not stats`,
      );
    }
    const versions = places.flatMap((place) => (place.name === name ? [Number(place.version)] : []));
    const number = version === undefined ? Math.max(0, ...versions) + 1 : Number(version);
    if (number < 1 || versions.includes(number)) {
      throw new UserError(`got version ${number} of ${name}${number < 1 ? "" : " twice"}; expected 1, 2, … once each`);
    }
    places.push({ name, version: String(number), query: { ...query, model } });
  }
  return places;
}

/** The folder of a run, a file without its ending, a network's name, the last part of a hub id without its tag. */
function usualName(model: string): string {
  const kind = modelSource(model);
  if (kind === "hub") return basename(model).split(".")[0]!;
  const name = basename(model).replace(/\.onnx$/i, "");
  const isUsual = kind === "file" && ["model", "best", "last"].includes(name) && /\.onnx$/i.test(model);
  const folder = basename(dirname(model));
  return isUsual && nameForm.test(folder) ? folder : name;
}
