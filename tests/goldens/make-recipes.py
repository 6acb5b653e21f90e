"""Writes losses with their gradients and learning rates over a run as PyTorch has them, and timm by its formulas, for
src/train/losses.test.ts and src/train/schedules/schedules.test.ts.

    python3 tests/goldens/make-recipes.py     (PyTorch 1.13; seconds, always the same bytes)

Logits are not stored: both sides compute them from names (`uniform`, as in make.py). Sources: torch.nn.functional,
torch.optim.lr_scheduler; timm/data/mixup.py (mixup_target), timm/loss/binary_cross_entropy.py,
timm/scheduler/{cosine,step}_lr.py.
"""

import importlib.util
import json
import math
import pathlib

import torch
from torch.nn import functional as F
from torch.optim import lr_scheduler

here = pathlib.Path(__file__).parent
spec = importlib.util.spec_from_file_location("make", here / "make.py")
make = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make)

N, K = 4, 5
Y = torch.tensor([0, 3, 4, 1])
Y2 = torch.tensor([2, 3, 0, 4])
MIX = torch.tensor([1.0, 0.25, 0.5, 0.875], dtype=torch.float64)


def one_hot(y, smoothing):
    off = smoothing / K
    return torch.full((N, K), off, dtype=torch.float64).scatter_(1, y.view(-1, 1), 1.0 - smoothing + off)


def mixed(smoothing):
    """timm's mixup_target, with a weight for each image."""
    weight = MIX.view(-1, 1)
    return one_hot(Y, smoothing) * weight + one_hot(Y2, smoothing) * (1.0 - weight)


def bce(x, target, threshold=None):
    """timm's BinaryCrossEntropy."""
    return F.binary_cross_entropy_with_logits(x, target if threshold is None else target.gt(threshold).to(x.dtype))


LOSSES = {
    "ce": lambda x: F.cross_entropy(x, Y),
    "ce, smoothed": lambda x: F.cross_entropy(x, Y, label_smoothing=0.1),
    "ce, mixed": lambda x: F.cross_entropy(x, mixed(0.0)),
    "ce, mixed and smoothed": lambda x: F.cross_entropy(x, mixed(0.1)),
    "bce": lambda x: bce(x, one_hot(Y, 0.0)),
    "bce, smoothed": lambda x: bce(x, one_hot(Y, 0.1)),
    "bce, mixed and smoothed": lambda x: bce(x, mixed(0.1)),
    "bce, mixed, threshold": lambda x: bce(x, mixed(0.1), 0.2),
}


def loss(rule):
    x = make.between("logits", [N, K], -3, 3).requires_grad_()
    value = rule(x)
    value.backward()
    return {"loss": value.item(), "gradient": [float(g) for g in x.grad.reshape(-1)]}


def over(make_scheduler, steps, momentum=False, metrics=None):
    """Learning rates (and momenta) of every step as a scheduler of PyTorch sets them."""
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([parameter], lr=0.4, momentum=0.9)
    scheduler = make_scheduler(optimizer)
    rows = []
    for step in range(steps):
        group = optimizer.param_groups[0]
        rows.append([group["lr"], group["momentum"]] if momentum else group["lr"])
        optimizer.step()
        if step + 1 < steps:
            scheduler.step() if metrics is None else scheduler.step(metrics[step])
    return rows


def timm_cosine(t, lr=0.4, low=0.0, total=10, warmup=0, warmup_lr=0.0, prefix=False):
    """CosineLRScheduler._get_lr with one cycle."""
    if t < warmup:
        return warmup_lr + t * (lr - warmup_lr) / warmup
    t = t - warmup if prefix else t
    return low + 0.5 * (lr - low) * (1 + math.cos(math.pi * t / total)) if t // total < 1 else low


def timm_step(t, lr=0.4, every=2.4, rate=0.97, warmup=0, warmup_lr=0.0):
    """StepLRScheduler._get_lr."""
    return warmup_lr + t * (lr - warmup_lr) / warmup if t < warmup else lr * rate ** (t // every)


EPOCHS = [i / 4 for i in range(41)]
METRICS = [0.1, 0.2, 0.2, 0.20001, 0.19, 0.3, 0.3, 0.3, 0.3, 0.3, 0.31, 0.31, 0.31, 0.31, 0.31, 0.31]
WARM = dict(low=0.01, warmup=3, warmup_lr=0.05)
O, P = lr_scheduler.OneCycleLR, lr_scheduler.ReduceLROnPlateau
PLATEAU = dict(factor=0.5, patience=2, cooldown=1)
SCHEDULES = {
    "cosine": over(lambda o: lr_scheduler.CosineAnnealingLR(o, 10, 0.01), 11),
    "multistep": over(lambda o: lr_scheduler.MultiStepLR(o, [3, 7], 0.2), 11),
    "cosine, warm-up": [timm_cosine(t, **WARM) for t in EPOCHS],
    "cosine, warm-up before": [timm_cosine(t, total=7, prefix=True, **WARM) for t in EPOCHS],
    "step, warm-up": [timm_step(t, warmup=3, warmup_lr=0.05) for t in EPOCHS],
    "onecycle": over(lambda o: O(o, 0.4, total_steps=40), 40, momentum=True),
    "onecycle, other numbers": over(
        lambda o: O(o, 0.4, total_steps=40, pct_start=0.45, div_factor=10, final_div_factor=100, base_momentum=0.8,
                    max_momentum=0.9),
        40,
        momentum=True,
    ),
    "plateau, max": over(lambda o: P(o, mode="max", **PLATEAU), 16, metrics=METRICS),
    "plateau, min": over(lambda o: P(o, mode="min", min_lr=0.06, **PLATEAU), 16, metrics=METRICS),
    "plateau, absolute": over(
        lambda o: P(o, mode="max", threshold=0.05, threshold_mode="abs", factor=0.1, patience=1), 16, metrics=METRICS
    ),
}

if __name__ == "__main__":
    golden = {
        "torch": torch.__version__,
        "labels": {"y": Y.tolist(), "y2": Y2.tolist(), "mix": MIX.tolist()},
        "losses": {name: loss(rule) for name, rule in LOSSES.items()},
        "epochs": EPOCHS,
        "metrics": METRICS,
        "schedules": SCHEDULES,
    }
    lines = [f" {json.dumps(key)}: {json.dumps(value)}" for key, value in golden.items()]
    (here / "recipes.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
