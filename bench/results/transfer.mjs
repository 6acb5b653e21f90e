// SE into a trained CIFAR-10 network, both fine-tuned on a few letters.
//
//   npm run results -- transfer CHECKPOINT [--quick]     (resnet20_cifar10_optionA.th)
import { join } from "node:path";
import { argumentsOf, folder, quick, senet } from "./running.mjs";

const [checkpoint] = argumentsOf("transfer CHECKPOINT");
const [host, se] = ["host.onnx", "se.onnx"].map((name) => join(folder, name));
const statistics = ["--mean", "0.485,0.456,0.406", "--std", "0.229,0.224,0.225"];
await senet("convert", checkpoint, host, "--model", "resnet20", "--shortcut", "A", ...statistics);
await senet("insert", host, "-o", se, "--attention", "se:reduction=4");
const data = ["--data", "glyphs", "--train-limit", "520", "--test-limit", "1000"];
const small = quick ? ["--epochs", "1", "--train-limit", "64", "--test-limit", "64"] : [];
await senet("compare", "--models", `${host},${se}`, ...data, "--seeds", "3", ...small, "--out", join(folder, "run"));
