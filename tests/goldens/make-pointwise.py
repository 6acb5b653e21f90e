"""Writes what PyTorch computes for single operators, for src/ops/torch-parity.test.ts to compare with.

    python3 tests/goldens/make-pointwise.py   (PyTorch 1.13; a second, always the same bytes on one machine)

Every line of pointwise.jsonl is one case: the ONNX operator and its attributes, the inputs with their shapes, the output
y and dy, and the gradient of <dy, y> for every input that has one, all in double precision and written with nine digits.
Inputs are multiples of 1/64, so that single precision holds them exactly and ties are ties.
"""

import json
import pathlib

import torch
from torch.nn import functional as F

generator = torch.Generator().manual_seed(2018)
cases = []


def grid(*shape, low=-2.0, high=2.0):
    """Random multiples of 1/64 in [low, high)."""
    steps = torch.randint(int(low * 64), int(high * 64), shape, generator=generator)
    return (steps.double() / 64).requires_grad_()


def numbers(tensor):
    return [float(f"{value:.9g}") for value in tensor.detach().reshape(-1).tolist()]


def case(op, inputs, function, **attributes):
    y = function(*inputs)
    dy = grid(*y.shape).detach()
    y.backward(dy)
    held = []
    for x in inputs:
        gradient = {} if x.grad is None else {"gradient": numbers(x.grad)}
        held.append({"shape": list(x.shape), "data": numbers(x), **gradient})
        x.grad = None
    output = {"shape": list(y.shape), "data": numbers(y), "dy": numbers(dy)}
    cases.append({"op": op, "attributes": attributes, "inputs": held, "output": output})


# PyTorch's window is that of ONNX for odd sizes only.
for size in [1, 3, 5]:
    lrn = lambda x: F.local_response_norm(x, size, alpha=0.5, beta=0.75, k=2.0)
    case("LRN", [grid(2, 7, 3, 2)], lrn, size=size, alpha=0.5, beta=0.75, bias=2.0)

for groups in [1, 3, 6]:
    inputs = [grid(2, 6, 3, 2, low=-1, high=5), grid(6), grid(6)]
    case("GroupNormalization", inputs, lambda x, w, b: F.group_norm(x, groups, w, b, 1e-5), num_groups=groups)

for shape in [[2, 3, 5], [2, 3, 3, 4]]:
    inputs = [grid(*shape, low=-1, high=5), grid(3), grid(3)]
    case("InstanceNormalization", inputs, lambda x, w, b: F.instance_norm(x, weight=w, bias=b, eps=1e-5))

for shape, axis in [([3, 8], -1), ([2, 3, 4, 5], 1), ([2, 3, 4, 5], -2)]:
    inputs = [grid(*shape, low=-1, high=5), grid(*shape[axis:]), grid(*shape[axis:])]
    norm = lambda x, w, b: F.layer_norm(x, w.shape, w, b, 1e-5)
    case("LayerNormalization", inputs, norm, axis=axis)
    case("LayerNormalization", inputs[:2], lambda x, w: norm(x, w, None), axis=axis)


def with_zeros(x):
    """The kink among the inputs."""
    with torch.no_grad():
        x.view(-1)[::5] = 0
    return x


case("PRelu", [with_zeros(grid(2, 3, 2, 4)), grid(3, 1, 1)], lambda x, a: F.prelu(x, a.reshape(3)))
case("PRelu", [with_zeros(grid(2, 3, 4)), grid(1)], F.prelu)

for approximate in ["none", "tanh"]:
    case("Gelu", [grid(40, low=-6, high=6)], lambda x: F.gelu(x, approximate=approximate), approximate=approximate)

edge = torch.tensor([-4, -3, -2.5, -1, -0.5, 0, 0.5, 1, 2.5, 3, 6, 7], dtype=torch.double).requires_grad_()
case("HardSwish", [edge], F.hardswish)
case("HardSigmoid", [edge], F.hardsigmoid, alpha=1 / 6, beta=0.5)
case("Abs", [edge], torch.abs)
case("Elu", [edge], lambda x: F.elu(x, 0.5), alpha=0.5)
case("Selu", [edge], F.selu)
case("Celu", [edge], lambda x: F.celu(x, 2.0), alpha=2.0)
case("LeakyRelu", [edge], lambda x: F.leaky_relu(x, 0.25), alpha=0.25)
case("Mish", [edge], F.mish)
case("Softplus", [edge], F.softplus)
case("Softsign", [edge], F.softsign)
case("ThresholdedRelu", [edge], lambda x: F.threshold(x, 1.0, 0.0), alpha=1.0)

# Few values, so that many tie; torch.maximum of three would halve twice, so two it is.
few = lambda *shape: torch.randint(-2, 3, shape, generator=generator).double().requires_grad_()
case("Max", [few(4, 5), few(5)], torch.maximum)
case("Min", [few(1, 5), few(4, 1)], torch.minimum)
case("ReduceMax", [few(6, 7)], lambda x: torch.amax(x))
case("ReduceMin", [few(6, 7)], lambda x: torch.amin(x))
case("ReduceProd", [few(8)], lambda x: torch.prod(x))

case("Pow", [grid(3, 4, low=0.25, high=3), grid(4)], torch.pow)
whole = torch.tensor([-2, -1, 0, 1, 2, 3, 0, 2], dtype=torch.double)
base = torch.tensor([-0.5, -2, -3, -1.5, -2.5, -2, 0, 0], dtype=torch.double).requires_grad_()
case("Pow", [base, whole], torch.pow)

if __name__ == "__main__":
    text = "".join(json.dumps(held) + "\n" for held in cases)
    path = pathlib.Path(__file__).parent / "pointwise.jsonl"
    path.write_text(text)
    print(len(cases), "cases,", len(text), "bytes")
