// Published weights: top-1 of ResNet-20 on CIFAR-10, and of MobileNetV3 on 200 photos with every preprocessing and with several views.
//
//   npm run results -- published DATA     (the folder that the tests call SENET_TEST_DATA)
import { join } from "node:path";
import { argumentsOf, senet } from "./running.mjs";

const [data] = argumentsOf("published DATA");
const at = (path) => join(data, path);
const quiet = ["--no-report"];
await senet(
  ...["eval", "--model", "resnet20", "--shortcut", "A", "--weights", at("weights/resnet20_cifar10_optionA.th")],
  ...["--data", `cifar10:${at("cifar-10-binary-20k.tar.gz")}`, ...quiet],
);
const name = "tf_mobilenetv3_small_100";
const photos = [
  "--model",
  name,
  "--weights",
  at(`weights/${name}.safetensors`),
  "--data",
  `csv:${at("imagenet-200/labels.csv")}`,
];
for (const preprocessing of [
  [],
  ["--rounding", "torchvision"],
  ["--rounding", "torchvision", "--interpolation", "bilinear"],
]) {
  await senet("eval", ...photos, ...preprocessing, ...quiet);
}
for (const views of ["flip", "ten-crop"]) await senet("eval", ...photos, "--tta", views, ...quiet);
