import { describe, expect, it } from "vitest";
import { centreCrop, resizedSize } from "./centre-crop.js";

describe("centreCrop", () => {
  // By torchvision 0.14: Resize(256) of these images and CenterCrop(224), int(round(x / 2)) rounding to even.
  it.each([
    [500, 375, { resized: { width: 341, height: 256 }, left: 58, top: 16 }],
    [375, 500, { resized: { width: 256, height: 341 }, left: 16, top: 58 }],
    [100, 100, { resized: { width: 256, height: 256 }, left: 16, top: 16 }],
    [343, 256, { resized: { width: 343, height: 256 }, left: 60, top: 16 }], // 119 / 2 = 59.5
  ])("of %i × %i is torchvision's", (width, height, { resized, left, top }) => {
    const part = { left, top, width: 224, height: 224 };
    expect(centreCrop({ width, height }, { height: 224, width: 224, resize: 256, mean: [0] })).toEqual({
      resized,
      part,
      fill: [0],
    });
  });

  // torchvision pads (3 − 2) // 2 and (9 − 2) // 2 in front.
  it.each([
    [2, 3, -0],
    [2, 9, -3],
  ])("of %i pixels for %i has black in front", (size, wanted, left) => {
    const input = { height: wanted, width: wanted, resize: size, mean: [0] };
    const { part } = centreCrop({ width: size, height: size }, input);
    expect(part.left).toBe(left);
  });

  // timm 0.9.16: ResizeKeepRatio.get_params of these images for [292, 146], the smaller ratio and the larger one.
  it.each([
    ["center", 500, 375, { height: 292, width: 389 }, [18, 130]],
    ["center", 90, 375, { height: 608, width: 146 }, [176, 9]],
    ["border", 500, 375, { height: 110, width: 146 }, [-73, 9]],
    ["border", 90, 375, { height: 292, width: 70 }, [18, -29]],
    ["squash", 90, 375, { height: 292, width: 146 }, [18, 9]],
  ] as const)(
    "%s of %i × %i for an input that is not square is timm's",
    (cropMode, width, height, resized, [top, left]) => {
      const input = { height: 256, width: 128, resize: [292, 146], cropMode, mean: [0.485, 0.5, 0.406] } as const;
      const fill = cropMode === "border" ? [124, 128, 104] : [0, 0, 0];
      const part = { left, top, width: 128, height: 256 };
      expect(centreCrop({ width, height }, input)).toEqual({ resized, part, fill });
    },
  );

  it("keeps a pixel of what would vanish, and clips colours that are none", () => {
    const input = { height: 8, width: 8, resize: 8, cropMode: "border", mean: [-1, 2] } as const;
    const crop = centreCrop({ width: 900, height: 1 }, input);
    expect(crop).toEqual({
      resized: { width: 8, height: 1 },
      part: { left: 0, top: -3, width: 8, height: 8 },
      fill: [0, 255],
    });
  });
});

describe("resizedSize", () => {
  // timm 0.9.16: math.floor(img_size / crop_pct)
  it.each([
    [224, 0.875, 256],
    [224, 0.95, 235],
    [299, 0.8975, 333],
    [224, 0.965, 232],
    [288, 1, 288],
  ])("of %i at %d is %i", (size, cropPct, side) => {
    expect(resizedSize({ height: size, width: size }, cropPct)).toBe(side);
  });

  it("of another shape is of that shape", () => {
    expect(resizedSize({ height: 256, width: 128 }, 0.875)).toEqual([292, 146]);
    expect(resizedSize({ height: 8, width: 9 }, 4)).toBe(2); // timm, too, takes it for a square then
  });
});
