// Networks of torchvision as PyTorch exports them: logits and gradients beside PyTorch in double precision.
//
//   npm run results -- exported-networks [--quick]     (about 2 GB; needs Python with PyTorch and torchvision, as ten-steps)
import { folder, quick, run, tests } from "./running.mjs";

const python = process.env.TORCH_PYTHON ?? "/usr/bin/python3";
await run(python, ["tests/goldens/make-exports.py", folder, "--full", ...(quick ? ["squeezenet1_1"] : [])]);
await tests({ SENET_EXPORTS: folder }, "dist/step/torch-exports.test.js");
