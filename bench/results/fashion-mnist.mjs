// SE-ResNet-20 on Fashion-MNIST, 5 epochs.
//
//   npm run results -- fashion-mnist DIR [--quick]
import { join } from "node:path";
import { argumentsOf, folder, quick, senet } from "./running.mjs";

const [data] = argumentsOf("fashion-mnist DIR");
const small = quick ? ["--train-limit", "512", "--test-limit", "256"] : [];
await senet(
  "train",
  "--model",
  "seresnet20",
  "--data",
  `fashion-mnist:${data}`,
  "--epochs",
  "5",
  ...small,
  "--out",
  join(folder, "run"),
);
