"""Writes what PyTorch computes for small training runs, for src/step/torch-parity.test.ts to compare with.

    python3 tests/goldens/make.py            (PyTorch 1.13, NumPy; half a minute, always the same bytes on one machine)
    python3 tests/goldens/make.py --search   (how the salts below were found; some minutes)

PyTorch runs in double precision, so that the whole difference is the rounding of our single precision. One thing could
spoil that: a ReLU whose input is so near 0 that rounding changes its sign, which changes gradients by parts in a thousand
(PyTorch's own single precision differs from its double precision by as much then). So the images are drawn with the
first salt that keeps all inputs of all ReLUs in all steps farther than MARGIN from 0; the file says how far (`margin`).

Weights, images and labels are not stored: both sides compute them from the tensor's name (`uniform`). Of every result
tensor the file holds, in float32 and base64:

    full         all entries, where there are at most FULL of them
    head, norm   else the first 32 entries and the Euclidean norm, and
    projections  its inner products with PROJECTIONS vectors of signs, also computed from the name. For the difference d
                 of two tensors the mean of the squared inner products estimates |d|^2.
"""

import base64
import itertools
import json
import pathlib
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

FULL = 640
PROJECTIONS = 16
MARGIN = 4e-6

CASES = {
    "resnet20": dict(se=False, shortcut="projection", input=[3, 16, 16], batch=4, steps=10, salt=18),
    "seresnet20": dict(se=True, shortcut="projection", input=[3, 16, 16], batch=4, steps=10, salt=68),
    "seresnet20-grey-a": dict(se=True, shortcut="A", input=[1, 28, 28], batch=2, steps=2, salt=0),
}
CLASSES, LR, MOMENTUM, WEIGHT_DECAY = 10, 0.02, 0.9, 5e-4


def uniform(name, count):
    """`count` numbers in [0, 1) that depend on the name alone: FNV-1a of the name, then MurmurHash3's finaliser."""
    seed = 0x811C9DC5
    for byte in name.encode("ascii"):
        seed = (seed ^ byte) * 0x01000193 & 0xFFFFFFFF
    h = np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B9) + np.uint32(seed)
    h = (h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    h = (h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return (h ^ (h >> np.uint32(16))).astype(np.float64) / 2**32


def between(name, shape, low, high):
    """The same in [low, high), rounded to float32."""
    values = low + (high - low) * uniform(name, int(np.prod(shape)))
    return torch.from_numpy(values.astype(np.float32).astype(np.float64).reshape(shape))


def start_range(name, shape):
    """Where a tensor's starting values lie: nothing at 0 or 1, so that no term of a gradient can hide."""
    if name.endswith("running_mean"):
        return -0.2, 0.2
    if name.endswith("running_var"):
        return 0.8, 1.2
    if len(shape) > 1:
        bound = (6 / np.prod(shape[1:])) ** 0.5
        return -bound, bound
    if name.endswith("se.fc1.bias"):
        return 0.2, 0.6
    return (0.7, 1.3) if name.endswith("weight") else (-0.3, 0.3)


class SE(nn.Module):
    def __init__(self, channels):
        super().__init__()
        hidden = max(1, channels // 16)
        self.fc1 = nn.Conv2d(channels, hidden, 1)
        self.fc2 = nn.Conv2d(hidden, channels, 1)

    def forward(self, x):
        z = x.mean((2, 3), keepdim=True)
        return x * torch.sigmoid(self.fc2(margin.relu(self.fc1(z))))


class Block(nn.Module):
    def __init__(self, before, width, stride, se, shortcut):
        super().__init__()
        self.conv1 = nn.Conv2d(before, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.se = SE(width) if se else nn.Identity()
        self.extra = width - before if shortcut == "A" else 0
        if stride == 2 and shortcut == "projection":
            conv = nn.Conv2d(before, width, 1, stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(width))
        else:
            self.downsample = nn.Identity()

    def forward(self, x):
        y = margin.relu(self.bn1(self.conv1(x)))
        y = self.se(self.bn2(self.conv2(y)))
        if self.extra:
            before = self.extra // 2
            x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, before, self.extra - before))
        else:
            x = self.downsample(x)
        return margin.relu(y + x)


class ResNet20(nn.Module):
    def __init__(self, channels, se, shortcut):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        before = 16
        for stage, width in enumerate([16, 32, 64], 1):
            blocks = []
            for i in range(3):
                blocks.append(Block(before, width, 2 if stage > 1 and i == 0 else 1, se, shortcut))
                before = width
            setattr(self, f"layer{stage}", nn.Sequential(*blocks))
        self.fc = nn.Linear(64, CLASSES)

    def forward(self, x):
        y = margin.relu(self.bn1(self.conv1(x)))
        y = self.layer3(self.layer2(self.layer1(y)))
        return self.fc(y.mean((2, 3)))


def packed(array):
    return base64.b64encode(np.ascontiguousarray(array, dtype="<f4").tobytes()).decode()


def summary(name, tensor):
    flat = tensor.detach().numpy().reshape(-1)
    if flat.size <= FULL:
        return {"full": packed(flat)}
    signs = (np.where(uniform(f"projection.{k}.{name}", flat.size) < 0.5, -1.0, 1.0) for k in range(PROJECTIONS))
    projections = packed([flat @ sign for sign in signs])
    return {"head": packed(flat[:32]), "norm": float(np.linalg.norm(flat)), "projections": projections}


def batch_of(salt, step, batch, shape):
    labels = (uniform(f"y.{salt}.{step}", batch) * CLASSES).astype(np.int64)
    return between(f"x.{salt}.{step}", [batch, *shape], -1, 1), torch.from_numpy(labels)


def statistics(model):
    return {name: summary(name, tensor) for name, tensor in model.named_buffers() if "running" in name}


class Margin:
    """A ReLU that remembers the smallest size of all its inputs."""

    smallest = float("inf")

    def relu(self, x):
        self.smallest = min(self.smallest, x.detach().abs().min().item())
        return F.relu(x)


margin = Margin()


def golden(se, shortcut, input, batch, steps, salt, enough=0):
    """One run; None as soon as a ReLU's input is nearer to 0 than `enough`."""
    margin.smallest = float("inf")
    model = ResNet20(input[0], se, shortcut).double().train()
    with torch.no_grad():
        for name, tensor in [*model.named_parameters(), *model.named_buffers()]:
            if "num_batches" not in name:
                tensor.copy_(between(name, list(tensor.shape), *start_range(name, tensor.shape)))
    decayed = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim == 1]
    groups = [{"params": decayed, "weight_decay": WEIGHT_DECAY}, {"params": others, "weight_decay": 0}]
    optimizer = torch.optim.SGD(groups, lr=LR, momentum=MOMENTUM, nesterov=True)
    result = {"input": input, "batch": batch, "salt": salt, "losses": [], "correct": []}
    for step in range(steps):
        x, y = batch_of(salt, step, batch, input)
        logits = model(x)
        if margin.smallest <= enough:
            return None
        loss = F.cross_entropy(logits, y)
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            result["gradients"] = {name: summary(name, p.grad) for name, p in model.named_parameters()}
            result["statistics"] = statistics(model)
        result["losses"].append(loss.item())
        result["correct"].append(int((logits.argmax(1) == y).sum()))
        optimizer.step()
    result["margin"] = margin.smallest
    result["weights"] = {name: summary(name, p) for name, p in model.named_parameters()} | statistics(model)
    return result


def search(case):
    """The first salt that keeps the margin."""
    return next(salt for salt in itertools.count() if golden(**{**case, "salt": salt}, enough=MARGIN))


def write(name, case):
    """One line about the run, then one line for every tensor."""
    made = golden(**case)
    tensors = {of: made.pop(of) for of in ["gradients", "statistics", "weights"]}
    optimizer = {"lr": LR, "momentum": MOMENTUM, "weightDecay": WEIGHT_DECAY}
    lines = [{"torch": torch.__version__, "shortcut": case["shortcut"], **optimizer, **made}]
    lines += [{"of": of, "name": key, **held} for of, entries in tensors.items() for key, held in entries.items()]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (pathlib.Path(__file__).parent / f"{name}.jsonl").write_text(text)
    print(name, len(text), "bytes; margin", made["margin"], "losses", [round(loss, 4) for loss in made["losses"]])


if __name__ == "__main__":
    torch.set_num_threads(2)
    for name, case in CASES.items():
        if sys.argv[1:] == ["--search"]:
            print(name, search(case), flush=True)
        else:
            write(name, case)
