// The loss before and after ten steps of networks of torchvision with SE inserted.
//
//   npm run results -- ten-steps [--quick]     (needs Python with PyTorch and torchvision: TORCH_PYTHON, /usr/bin/python3 by default)
import { folder, quick, run, tests } from "./running.mjs";

const all =
  "densenet121 googlenet inception_v3 mobilenet_v2 resnet18 resnet50 resnext50_32x4d shufflenet_v2_x0_5 squeezenet1_1 vgg16_bn".split(
    " ",
  );
const names = quick ? ["squeezenet1_1"] : all;
const python = process.env.TORCH_PYTHON ?? "/usr/bin/python3";
await run(python, ["tests/goldens/make-exports.py", folder, ...names, "--plain"]);
await tests({ SENET_EXPORTS: folder }, "dist/train/fine-tune.test.js", "-t", "the whole");
