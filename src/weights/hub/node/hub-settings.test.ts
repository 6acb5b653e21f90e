import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { hubSettings } from "./hub-settings.js";

const folder = mkdtempSync(join(tmpdir(), "senet-settings-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, "token"), "hf_login\n");

// As huggingface_hub's documentation of its environment variables has it.
it.each([
  [{}, { endpoint: "https://huggingface.co", cache: join(homedir(), ".cache/huggingface/hub"), offline: false }],
  [{ XDG_CACHE_HOME: "/x" }, { cache: "/x/huggingface/hub" }],
  [{ HF_HOME: "/h", XDG_CACHE_HOME: "/x" }, { cache: "/h/hub" }],
  [{ HF_HOME: "/h", HUGGINGFACE_HUB_CACHE: "/old" }, { cache: "/old" }],
  [{ HF_HOME: "/h", HUGGINGFACE_HUB_CACHE: "/old", HF_HUB_CACHE: "/c" }, { cache: "/c" }],
  [{ HF_HUB_CACHE: ["~/c/$NAME", "{NAME}"].join("/$"), NAME: "n" }, { cache: join(homedir(), "c/n/n") }],
  [{ HF_HUB_CACHE: "", HF_HOME: "/h" }, { cache: "/h/hub" }],
  [{ HF_ENDPOINT: "http://mirror:8080/hub//" }, { endpoint: "http://mirror:8080/hub" }],
  [{ HF_HUB_OFFLINE: "1" }, { offline: true }],
  [{ HF_HUB_OFFLINE: "True" }, { offline: true }],
  [{ TRANSFORMERS_OFFLINE: "yes" }, { offline: true }],
  [{ HF_HUB_OFFLINE: "0" }, { offline: false }],
  [{ HF_HOME: folder }, { token: "hf_login" }],
  [{ HF_HOME: folder, HF_TOKEN: "hf_mine\n" }, { token: "hf_mine" }],
  [{ HF_HOME: folder, HF_TOKEN: "" }, { token: undefined }],
  [{ HF_HOME: folder, HF_HUB_DISABLE_IMPLICIT_TOKEN: "1" }, { token: undefined }],
  [{ HF_HOME: "/h", HF_TOKEN_PATH: join(folder, "token") }, { token: "hf_login" }],
  [{ HF_HOME: "/h" }, { token: undefined }],
  [{ HUGGING_FACE_HUB_TOKEN: "hf_old" }, { token: "hf_old" }],
] as const)("%o gives %o", (environment, expected) => {
  expect(hubSettings(environment)).toMatchObject(expected);
});

it("says what is wrong with an address or a token", () => {
  expect(() => hubSettings({ HF_ENDPOINT: "huggingface.co" })).toThrow(
    'HF_ENDPOINT: got "huggingface.co"; expected an',
  );
  expect(() => hubSettings({ HF_ENDPOINT: "https://me:secret@hub" })).toThrow(
    /^HF_ENDPOINT: got a name or password in the/,
  );
  expect(() => hubSettings({ HF_TOKEN: "hf_a b" })).toThrow("HF_TOKEN: got spaces or other signs in it; expected a");
});
