import { describe, expect, it } from "vitest";
import { checkRevision, formatHubId, looksLikeHubId, parseHubId } from "./hub-id.js";

describe("parseHubId", () => {
  it.each([
    ["timm/seresnet50.a1_in1k", { repository: "timm/seresnet50.a1_in1k" }],
    ["hf-hub:timm/seresnet50.a1_in1k", { repository: "timm/seresnet50.a1_in1k" }],
    ["hf_hub:some-one/a.b-c_d", { repository: "some-one/a.b-c_d" }],
    ["timm/resnet18@v1.0", { repository: "timm/resnet18", revision: "v1.0" }],
    ["timm/resnet18@refs/pr/1", { repository: "timm/resnet18", revision: "refs/pr/1" }],
  ])("reads %s", (text, id) => {
    expect(parseHubId(text)).toEqual(id);
    expect(looksLikeHubId(text)).toBe(true);
    expect(parseHubId(formatHubId(id))).toEqual(id);
  });

  it.each([
    "resnet18",
    "a/b/c",
    "../secrets",
    "a/..",
    "a/b--c",
    "-a/b",
    "a/b.",
    "/b",
    "a/",
    "a b/c",
    "a/b\n",
    "hf-hub:",
    "hf-hub:a",
    "a/b@c@d",
    `a/${"b".repeat(97)}`,
  ])("refuses %j", (text) => {
    expect(() => parseHubId(text)).toThrow(`got hub id "${text}"; expected OWNER/NAME or OWNER/NAME@REVISION`);
  });

  it.each(["../main", "a//b", "/main", "a..b", "", "a b", "main/", "-f", ".hidden", "a@{1}", "a\\b"])(
    "refuses revision %j, which could leave the folder of the cache or is none",
    (revision) => {
      expect(() => checkRevision(revision)).toThrow(`got revision "${revision}"; expected a branch, a tag or a commit`);
      expect(() => parseHubId(`a/b@${revision}`)).toThrow(/got revision|got hub id/);
    },
  );

  it("leaves paths of files to who opens files", () => {
    expect(["./a/b", "runs/net.onnx", "/etc/passwd", "a/b/c", "resnet18"].filter(looksLikeHubId)).toEqual([]);
    expect(looksLikeHubId("hf-hub:timm/net.onnx")).toBe(true);
  });
});
