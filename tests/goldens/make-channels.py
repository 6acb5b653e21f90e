"""Writes what timm makes of a first kernel for images of other channels, for src/clean/with-channels.test.ts.

    python3 tests/goldens/make-channels.py TIMM     (TIMM: a folder with the package timm 0.9.16; PyTorch 1.13; seconds)

The kernels themselves are not stored: both sides compute them from names (`uniform`, as in make.py). Source:
timm/models/_manipulate.py, `adapt_input_conv`, whose module is loaded by itself.
"""

import importlib.util
import json
import pathlib
import sys

import torch

here = pathlib.Path(__file__).parent


def load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


make = load("make", here / "make.py")
manipulate = load("manipulate", pathlib.Path(sys.argv[1]) / "timm" / "models" / "_manipulate.py")

CASES = [(3, 1), (3, 2), (3, 4), (3, 5), (3, 12), (12, 1)]

cases = []
for held, channels in CASES:
    shape = (4, held, 3, 2)
    kernel = torch.tensor(make.uniform(f"kernel.{held}", 4 * held * 6), dtype=torch.float64).float().view(shape)
    adapted = manipulate.adapt_input_conv(channels, kernel)
    cases.append({"held": held, "channels": channels, "shape": list(adapted.shape), "values": adapted.flatten().tolist()})
(here / "channels.json").write_text(json.dumps(cases) + "\n")
