import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { UserError } from "../../errors.js";
import { modelEntry } from "../../models/index.js";
import { parseTimmConfig } from "./timm-config.js";

/** The fields of timm/seresnet50.a1_in1k's own file. */
const seresnet50 = {
  architecture: "seresnet50",
  num_classes: 1000,
  num_features: 2048,
  global_pool: "avg",
  pretrained_cfg: {
    ...{ tag: "a1_in1k", custom_load: false, input_size: [3, 224, 224], test_input_size: [3, 288, 288] },
    ...{ fixed_input_size: false, interpolation: "bicubic", crop_pct: 0.95, test_crop_pct: 1.0, crop_mode: "center" },
    ...{ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225], num_classes: 1000, pool_size: [7, 7] },
    ...{ first_conv: "conv1", classifier: "fc", license: "apache-2.0" },
  },
};

const parse = (config: unknown) => parseTimmConfig(JSON.stringify(config), "config.json");
const changed = (fields: object) => ({ ...seresnet50, pretrained_cfg: { ...seresnet50.pretrained_cfg, ...fields } });

describe("parseTimmConfig", () => {
  it("says what network it is and how its images are made, at its own size and the one it is tested at", () => {
    const config = parse(seresnet50);
    expect(config).toMatchObject({ architecture: "seresnet50", classes: 1000, labels: undefined });
    expect(config).toMatchObject({ input: [3, 224, 224], testInput: [3, 288, 288], license: "apache-2.0" });
    const common = { interpolation: "bicubic", mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
    expect(config.preprocessing()).toEqual({ height: 224, width: 224, resize: 235, ...common });
    expect(config.preprocessing([288, 288])).toEqual({ height: 288, width: 288, resize: 288, ...common });
    expect(config.preprocessing([256, 256])).toEqual({ height: 256, width: 256, resize: 269, ...common });
  });

  // Short sides as timm's transforms_imagenet_eval computes them: floor(size / crop_pct).
  it.each([
    ["resnet50.tv2_in1k", [176, 0.875, 224, 0.965], [201, 232]],
    ["seresnet50.a3_in1k", [160, 0.95, 224, 0.95], [168, 235]],
    ["seresnext50_32x4d.racm_in1k", [224, 0.875, 288, 0.95], [256, 303]],
    ["inception_resnet_v2.tf_in1k", [299, 0.8975, 299, 0.8975], [333, 333]],
  ] as const)("knows the short sides of %s", (_, [size, crop_pct, test, test_crop_pct], sides) => {
    const sizes = { input_size: [3, size, size], test_input_size: [3, test, test] };
    const config = parse(changed({ ...sizes, crop_pct, test_crop_pct }));
    expect([config.preprocessing().resize, config.preprocessing([test, test]).resize]).toEqual(sides);
  });

  // ResizeKeepRatio is given no filter where the middle is cut out.
  it.each([
    ["center", [256, 128], { resize: [269, 134], interpolation: "bilinear" }],
    ["squash", [256, 128], { resize: [269, 134], cropMode: "squash", interpolation: "bicubic" }],
    ["border", [256, 128], { resize: [269, 134], cropMode: "border", interpolation: "bicubic" }],
    ["border", [224, 224], { resize: 235, cropMode: "border", interpolation: "bicubic" }],
  ] as const)("knows crop mode %s of images of %o", (crop_mode, [height, width], framing) => {
    const { preprocessing } = parse(changed({ crop_mode, input_size: [3, height, width] }));
    const normal = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
    expect(preprocessing()).toEqual({ height, width, ...framing, ...normal });
    expect(parse(seresnet50).preprocessing([height, width], crop_mode)).toEqual(preprocessing());
  });

  it("takes timm's defaults for what is left out or null", () => {
    const config = parse({ architecture: "resnet18", pretrained_cfg: { mean: null, crop_pct: null } });
    expect(config).toMatchObject({ classes: 1000, input: [3, 224, 224], testInput: undefined, license: undefined });
    const normal = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
    expect(config.preprocessing()).toEqual({
      ...{ height: 224, width: 224, resize: 256 },
      interpolation: "bicubic",
      ...normal,
    });
  });

  it("reads the oldest form, with the fields beside the architecture", () => {
    const config = parse({
      architecture: "resnet18",
      num_classes: 2,
      labels: ["cat", "dog"],
      input_size: [1, 64, 64],
      mean: [0.5],
      std: [0.25],
    });
    expect(config).toMatchObject({ architecture: "resnet18", classes: 2, labels: ["cat", "dog"], input: [1, 64, 64] });
    expect(config.preprocessing()).toMatchObject({ mean: [0.5], std: [0.25] });
  });

  it("names classes by their descriptions, and those without a name by their number", () => {
    const label_descriptions = { n01: "tench", n02: "goldfish" };
    expect(
      parse({ ...seresnet50, num_classes: 3, label_names: ["n01", "n02", "n03"], label_descriptions }).labels,
    ).toEqual(["tench", "goldfish", "n03"]);
    expect(parse({ ...seresnet50, num_classes: 3, label_names: { 2: "n02" }, label_descriptions }).labels).toEqual([
      "0",
      "1",
      "goldfish",
    ]);
  });

  it("prints names and licences without control characters", () => {
    const config = parse({
      ...changed({ license: "mit\u001b[2J\n" }),
      num_classes: 1,
      label_names: ["\u001b]0;x\u0007 cat"],
    });
    expect([config.labels, config.license]).toEqual([["]0;x  cat"], "mit [2J"]);
  });

  it("reads what is nested without end, if it must", () => {
    const deep = `{"architecture":"resnet18","pretrained_cfg":{},"x":${"[".repeat(1e6)}${"]".repeat(1e6)}}`;
    expect(parseTimmConfig(deep, "config.json").architecture).toBe("resnet18");
  });

  it("drops the tag that some files have with the architecture", () => {
    expect(parse({ ...seresnet50, architecture: "seresnet50.a1_in1k" }).architecture).toBe("seresnet50");
  });

  it.each([
    ["no JSON", "<html>", "got no JSON;"],
    ["a list", "[]", "got no JSON object;"],
    ["transformers' config", '{"model_type":"resnet"}', 'got a model of type "resnet";'],
    ["no network", "{}", "got no architecture;"],
    ["a network of number type", '{"architecture":5}', "architecture: "],
    ["absurd sizes", JSON.stringify(changed({ input_size: [3, 1e9, 1e9] })), "pretrained_cfg.input_size.1: "],
    ["a size that is no size", JSON.stringify(changed({ input_size: [3, 224] })), "pretrained_cfg.input_size"],
    ["a crop of nothing", JSON.stringify(changed({ crop_pct: 0 })), "pretrained_cfg.crop_pct"],
    ["a division by nothing", JSON.stringify(changed({ std: [0, 1, 1] })), "pretrained_cfg.std.0: "],
    ["endless classes", JSON.stringify({ ...seresnet50, num_classes: 2e9 }), "got 2000000000 classes;"],
    ["no classes", JSON.stringify({ ...seresnet50, num_classes: 0 }), "got 0 classes;"],
    ["another pooling", JSON.stringify({ ...seresnet50, global_pool: "max" }), "got global_pool max;"],
    ["arguments", JSON.stringify({ ...seresnet50, model_args: { act_layer: "silu" } }), "got model_args act_layer;"],
    ["shifted classes", JSON.stringify(changed({ label_offset: 1 })), "got label_offset 1;"],
  ])("refuses %s in one line", (_, text, message) => {
    const parsing = () => parseTimmConfig(text, "timm/x/config.json");
    expect(parsing).toThrow(UserError);
    expect(parsing).toThrow(`timm/x/config.json: ${message}`);
    expect(parsing).not.toThrow("\n");
  });

  it.each([
    [{ crop_mode: "stretch" }, "got crop_mode stretch; expected center, squash, border"],
    [{ interpolation: "random" }, "got interpolation random; expected nearest, box, bilinear"],
    [{ mean: [0.5, 0.5] }, "got mean or std of 2 channels; expected 3"],
  ])("refuses images made by %o, when they are to be made", (fields, message) => {
    const config = parse(changed(fields));
    expect(() => config.preprocessing()).toThrow(message);
  });
});

describe("every config that timm 0.9.16 writes for weights of our networks", () => {
  type Prepared = readonly [number, number, number, string, readonly number[], readonly number[]];
  const path = new URL("../../../tests/goldens/timm-configs.json", import.meta.url);
  const rows: { name: string; config: unknown; usual: Prepared; tested: Prepared }[] = JSON.parse(
    readFileSync(path, "utf8"),
  );

  it("is of as many weights as there are", () => expect(rows).toHaveLength(103));

  it.each(rows)("$name makes images as timm does", ({ name, config, usual, tested }) => {
    const { architecture, classes, testInput, preprocessing, ...said } = parse(config);
    expect(architecture).toBe(name.split(".")[0]);
    expect(modelEntry(architecture).input[0]).toBe(said.input[0]);
    expect(classes).toBeGreaterThan(999);
    const row = ({ height, width, resize, interpolation, mean, std }: ReturnType<typeof preprocessing>) => [
      ...[height, width, resize, interpolation],
      ...[mean, std],
    ];
    expect(row(preprocessing())).toEqual(usual);
    if (testInput !== undefined) expect(row(preprocessing([testInput[1], testInput[2]]))).toEqual(tested);
    else expect(tested).toEqual(usual);
  });
});
