import { describe, expect, it, vi } from "vitest";
import type { Notice } from "../../notice.js";
import { noticeText, tellShortly } from "./notice-text.js";

describe("noticeText", () => {
  it.each<[Notice, string]>([
    [
      { kind: "renewed", parameter: "fc.weight", file: [7, 64], network: [10, 64] },
      "fc.weight starts anew: the file has [7,64], the network [10,64]",
    ],
    [
      { kind: "renewed-head", parameters: ["fc.weight", "fc.bias"], classes: 26 },
      "fc.weight, fc.bias start anew, for 26 classes",
    ],
    [{ kind: "surplus", source: "w.pth", tensors: ["a", "b"] }, "left out 2 tensors of w.pth: a, b"],
    [{ kind: "skipped", names: ["argparse.Namespace"] }, "skipped, as they are no weights: argparse.Namespace"],
    [{ kind: "prefix", source: "w.pth", prefix: "net." }, 'took "net." off every name of w.pth'],
    [{ kind: "aside", source: "w.pth", tensors: ["n_averaged"] }, "left out what is no weight of w.pth: n_averaged"],
    [{ kind: "entry", entry: "state_dict", beside: [] }, 'took the weights under "state_dict"'],
    [
      { kind: "entry", entry: "ema", beside: [..."abcdefghi"] },
      'took the weights under "ema"; not a, b, c, d, e, f, g, h, …',
    ],
    [
      { kind: "retry", address: "http://hub", reason: "no answer in 30 s", seconds: 1 },
      "http://hub: no answer in 30 s; trying again in 1 s",
    ],
    [
      { kind: "other-opset", file: 9, written: 13, needed: false, writable: [13, 21] },
      "the file has opset 9, the new one 13: we write 13 to 21",
    ],
    [
      { kind: "other-opset", file: 16, written: 17, needed: true, writable: [13, 21] },
      "the file has opset 16, the new one 17: an operator needs it",
    ],
  ])("%j", (notice, text) => expect(noticeText(notice)).toBe(text));
});

it("a long list of names ends after some letters where it is told shortly", () => {
  const written: string[] = [];
  const spy = vi.spyOn(process.stderr, "write").mockImplementation((text) => written.push(String(text)) > 0);
  tellShortly({ kind: "surplus", source: "w", tensors: Array<string>(100).fill("layer") });
  spy.mockRestore();
  expect(written.join("")).toMatch(/^senet: left out 100 tensors of w: layer, .*…\n$/);
  expect(written.join("")).toHaveLength("senet: ".length + 200 + "…\n".length);
});
