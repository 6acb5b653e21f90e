// SE inserted into a trained ResNet-20, both trained on: on the images it knows, and on letters.
//
//   npm run results -- inserted CHECKPOINT CIFAR [--quick]     (resnet20_cifar10_optionA.th, an archive or folder of CIFAR-10)
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { argumentsOf, folder, quick, senet } from "./running.mjs";

const [checkpoint, cifar] = argumentsOf("inserted CHECKPOINT CIFAR");
const at = (name) => join(folder, name);
const small = quick ? ["--seeds", "1", "--epochs", "1", "--train-limit", "256", "--test-limit", "64"] : [];

const statistics = ["--mean", "0.485,0.456,0.406", "--std", "0.229,0.224,0.225"];
await senet("convert", checkpoint, at("r20.onnx"), "--model", "resnet20", "--shortcut", "A", ...statistics);
await senet("insert", at("r20.onnx"), "-o", at("r20-se.onnx"));
await senet(
  ...[
    "compare",
    "--models",
    `${at("r20.onnx")},${at("r20-se.onnx")}`,
    "--data",
    `cifar10:${cifar}`,
    "--train-limit",
    "10000",
  ],
  ...["--opt", "sgd", "--batch", "128", "--epochs", "3", "--seeds", "3", "--lr", "0.01", "--lr-group", "@gates=10"],
  ...["--weight-decay", "1e-4", ...small, "--out", at("cifar")],
);

const letters = ["--data", "glyphs", "--opt", "sgd", "--batch", "32"];
await senet("train", "--model", "resnet20", ...letters, "--epochs", "2", ...small.slice(2), "--out", at("base"));
copyFileSync(at("base/model.onnx"), at("plain.onnx"));
await senet("insert", at("plain.onnx"), "-o", at("plain-se.onnx"));
await senet(
  ...["compare", "--models", `${at("plain.onnx")},${at("plain-se.onnx")}`, ...letters, "--epochs", "1", "--lr", "0.02"],
  ...["--lr-group", "@gates=5", ...small, "--out", at("letters")],
);
