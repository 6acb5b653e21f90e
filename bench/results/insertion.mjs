// SE inserted into networks of torchvision as PyTorch exports them: blocks, places, parameters, equal answers.
//
//   npm run results -- insertion [--quick]     (needs Python with PyTorch and torchvision, as ten-steps)
import { folder, quick, run, tests } from "./running.mjs";

const python = process.env.TORCH_PYTHON ?? "/usr/bin/python3";
const names = quick
  ? ["squeezenet1_1"]
  : "resnet18 resnet50 resnext50_32x4d vgg16_bn alexnet densenet121 googlenet inception_v3 squeezenet1_1 mobilenet_v2 mnasnet1_0 shufflenet_v2_x1_0 regnet_x_400mf convnext_tiny efficientnet_b0 regnet_y_400mf mobilenet_v3_small".split(
      " ",
    );
await run(python, ["tests/goldens/make-exports.py", folder, ...names, "--plain"]);
await tests({ SENET_EXPORTS: folder }, "dist/insert/torch-exports.test.js");
