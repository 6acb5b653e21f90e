import { UserError } from "../../errors.js";

/** A model on the hub. */
export interface HubId {
  /** Its repository: `timm/seresnet50.a1_in1k`. */
  readonly repository: string;
  /** A branch, a tag or a commit; the branch `main` where none is asked for. */
  readonly revision?: string;
}

/** What timm puts before the id of a model on the hub; `hf_hub:` is its older form. */
const prefix = /^hf[-_]hub:/;

/** An owner and a name, as the hub allows them. */
const repository = /^[A-Za-z0-9](?:[\w.-]{0,94}[A-Za-z0-9_])?\/[A-Za-z0-9_](?:[\w.-]{0,94}[A-Za-z0-9_])?$/;

/** A branch, a tag or a commit: what git allows, without what could leave a folder. */
const revision = /^(?!.*(?:\.\.|\/\/|@\{))[A-Za-z0-9_](?:[\w./+-]{0,198}[\w+-])?$/;

/** Whether a text has the form of a hub id, with timm's prefix or as OWNER/NAME alone. */
export function looksLikeHubId(text: string): boolean {
  const [name] = text.split("@");
  return prefix.test(text) || (isRepository(name!) && !/\.onnx$/i.test(name!));
}

/** Whether a text can be nothing but a hub id. */
export function hasHubPrefix(text: string): boolean {
  return prefix.test(text);
}

/**
 * Reads `timm/seresnet50.a1_in1k`, `hf-hub:timm/seresnet50.a1_in1k` or either with `@REVISION` at its end.
 * @throws UserError for anything else.
 * @example
 * ```ts
 * import { parseHubId } from "senet/weights";
 *
 * const { repository, revision } = parseHubId("hf-hub:timm/seresnet50.a1_in1k@main");
 * console.log(repository, revision); // timm/seresnet50.a1_in1k main
 * ```
 */
export function parseHubId(text: string): HubId {
  const [name, asked, ...more] = text.replace(prefix, "").split("@");
  if (!isRepository(name!) || more.length > 0) {
    throw new UserError(`got hub id "${text}"; expected OWNER/NAME or OWNER/NAME@REVISION: timm/seresnet50.a1_in1k`);
  }
  return asked === undefined ? { repository: name! } : { repository: name!, revision: checkRevision(asked) };
}

/** A branch, tag or commit as it was given. @throws UserError when git could not have such a name. */
export function checkRevision(text: string): string {
  if (revision.test(text)) return text;
  throw new UserError(`got revision "${text}"; expected a branch, a tag or a commit of the repository, such as main`);
}

/** An id as text. */
export function formatHubId({ repository, revision }: HubId): string {
  return revision === undefined ? repository : `${repository}@${revision}`;
}

/** The hub refuses two dashes or dots in a row; a cache's folder names could not be told apart with them. */
function isRepository(name: string): boolean {
  return repository.test(name) && !/--|\.\./.test(name);
}
