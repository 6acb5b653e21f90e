import { describe, expect, it } from "vitest";
import { models } from "../index.js";
import { publishedPreprocessing } from "./published-preprocessing.js";

const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
const half = [0.5, 0.5, 0.5];

describe("publishedPreprocessing", () => {
  // Source: timm 0.9.16, pretrained_cfg, and for mobilenet_v3_small torchvision's MobileNet_V3_Small_Weights.
  it.each([
    ["seresnet50", 224, 235, "bicubic", imagenet],
    ["legacy_seresnet50", 224, 256, "bilinear", imagenet],
    ["legacy_senet154", 224, 256, "bilinear", imagenet],
    ["senet154", 224, 256, "bicubic", imagenet],
    ["inception_v3", 299, 341, "bicubic", { mean: half, std: half }],
    ["inception_resnet_v2", 299, 333, "bicubic", { mean: half, std: half }],
    ["regnety_016", 224, 232, "bicubic", imagenet],
    ["mobilenet_v3_small", 224, 256, "bilinear", imagenet],
    ["resnet20", 32, 32, "bilinear", imagenet],
  ] as const)("of %s", (name, size, resize, interpolation, statistics) => {
    expect(publishedPreprocessing(name)).toEqual({ height: size, width: size, resize, interpolation, ...statistics });
  });

  it("is there for every network, at its own size and at another", () => {
    for (const [name, { input }] of Object.entries(models)) {
      const { height, width, resize, mean } = publishedPreprocessing(name);
      expect([mean.length, height, width]).toEqual(input);
      expect(resize).toBeGreaterThanOrEqual(height);
    }
    expect(publishedPreprocessing("seresnet50", [3, 256, 256]).resize).toBe(269);
    // test_input_size and test_crop_pct
    expect(publishedPreprocessing("seresnet50", [3, 288, 288]).resize).toBe(288);
    expect(publishedPreprocessing("seresnext50_32x4d", [3, 288, 288]).resize).toBe(303);
    // as timm resizes for inputs that are not square
    const wide = { resize: [202, 336], interpolation: "bilinear" };
    expect(publishedPreprocessing("seresnet50", [3, 192, 320])).toMatchObject(wide);
    const fitted = { ...wide, cropMode: "border", interpolation: "bicubic" };
    expect(publishedPreprocessing("seresnet50", [3, 192, 320], "border")).toMatchObject(fitted);
    expect(publishedPreprocessing("resnet20", [1, 32, 32])).toMatchObject({ mean: [(0.485 + 0.456 + 0.406) / 3] });
  });
});
