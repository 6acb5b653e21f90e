import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../../errors.js";
import { cacheHome, type Environment, environmentVariables } from "../../../files/node/settings.js";

/** Where models come from and where they are kept. */
export interface HubSettings {
  /** The hub's address, without a slash at the end. */
  readonly endpoint: string;
  /** Sent to the endpoint and to nobody else. */
  readonly token: string | undefined;
  /** The folder of the cache. */
  readonly cache: string;
  /** Whether nothing is asked of the network. */
  readonly offline: boolean;
}

/**
 * What the environment says, in the variables of `huggingface_hub` and with its defaults, so that both share one cache.
 * Source: huggingface_hub, `constants.py` and `utils/_auth.py`.
 * @throws UserError when `HF_ENDPOINT` is no address.
 * @example
 * ```ts
 * import { hubSettings } from "senet/node";
 *
 * console.log(hubSettings({ HF_HUB_CACHE: "/data/hub", HF_HUB_OFFLINE: "1" }).offline); // true
 * ```
 */
export function hubSettings(environment: Environment = environmentVariables): HubSettings {
  const env = (name: string) => environment[name] || undefined; // an empty variable is none
  const home = expand(env("HF_HOME") ?? join(cacheHome(environment), "huggingface"), environment);
  return {
    endpoint: addressOf(env("HF_ENDPOINT") ?? "https://huggingface.co"),
    token: tokenOf(environment, home),
    cache: expand(env("HF_HUB_CACHE") ?? env("HUGGINGFACE_HUB_CACHE") ?? join(home, "hub"), environment),
    offline: isTrue(env("HF_HUB_OFFLINE") ?? env("TRANSFORMERS_OFFLINE")),
  };
}

function addressOf(endpoint: string): string {
  if (/^https?:\/\/[^/]*@/.test(endpoint)) {
    throw new UserError("HF_ENDPOINT: got a name or password in the address; expected a token in HF_TOKEN instead");
  }
  if (/^https?:\/\//.test(endpoint) && URL.canParse(endpoint)) return endpoint.replace(/\/+$/, "");
  throw new UserError(`HF_ENDPOINT: got "${endpoint}"; expected an address such as https://huggingface.co`);
}

function tokenOf(environment: Environment, home: string): string | undefined {
  const given = environment.HF_TOKEN ?? environment.HUGGING_FACE_HUB_TOKEN;
  if (given !== undefined) return cleaned(given);
  if (isTrue(environment.HF_HUB_DISABLE_IMPLICIT_TOKEN)) return undefined;
  try {
    return cleaned(readFileSync(expand(environment.HF_TOKEN_PATH || join(home, "token"), environment), "utf8"));
  } catch {
    return undefined; // nobody has logged in
  }
}

/** A file or a copy often brings the end of a line with it. @throws UserError for what no header can carry. */
function cleaned(token: string): string | undefined {
  const text = token.replace(/[\r\n]/g, "").trim();
  if (/^[\x21-\x7e]*$/.test(text)) return text === "" ? undefined : text;
  throw new UserError("HF_TOKEN: got spaces or other signs in it; expected a token such as hf_…");
}

const isTrue = (value: string | undefined) => /^(1|on|yes|true)$/i.test(value ?? "");

/** Replaces `~` and variables in a path, as Python does. */
function expand(path: string, environment: Environment): string {
  return path
    .replace(/^~(?=$|[/\\])/, homedir())
    .replace(/\$(?:\{(\w+)\}|(\w+))/g, (all, braced, bare) => environment[braced ?? bare] ?? all);
}
