"""Writes what PyTorch's optimizers, and timm's in plain PyTorch operations, make of two tensors in ten steps, and what
clipping makes of their gradients, for src/train/optimizers/optimizers.test.ts and src/step/clip-gradients.test.ts.

    python3 tests/goldens/make-optimizers.py     (PyTorch 1.13; seconds, always the same bytes)

All in double precision. Weights and gradients are not stored: both sides compute them from names (`uniform`, as in make.py).
The matrix `w` is decayed, the vector `b` is not. Sources: torch.optim; timm/optim/lamb.py, timm/optim/rmsprop_tf.py,
timm/utils/agc.py.
"""

import importlib.util
import json
import math
import pathlib

import torch

here = pathlib.Path(__file__).parent
spec = importlib.util.spec_from_file_location("make", here / "make.py")
make = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make)

SHAPES = {"w": [3, 4], "b": [5]}
STEPS = 10
LR = 0.05


def start():
    return {name: make.between(f"start.{name}", shape, -1, 1).requires_grad_() for name, shape in SHAPES.items()}


def gradient(name, step, size=1):
    return make.between(f"gradient.{step}.{name}", SHAPES[name], -size, size)


def rate(step):
    """A learning rate that moves, in single precision as our graphs take it."""
    return torch.tensor(LR * (1 - 0.05 * step), dtype=torch.float32).item()


def momentum(step):
    return torch.tensor(0.95 - 0.01 * step, dtype=torch.float32).item()


def by_torch(make_optimizer, decay, cycle=None):
    tensors = start()
    groups = [{"params": [tensors["w"]], "weight_decay": decay}, {"params": [tensors["b"]], "weight_decay": 0}]
    optimizer = make_optimizer(groups)
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = rate(step)
            if cycle == "momentum":
                group["momentum"] = momentum(step)
            if cycle == "beta1":
                group["betas"] = (momentum(step), group["betas"][1])
        for name, tensor in tensors.items():
            tensor.grad = gradient(name, step)
        optimizer.step()
    return tensors


def lamb(decay=0.01, averaging=True, trust_clip=False, always_adapt=False, largest=1.0, eps=1e-6, size=1):
    """timm's Lamb."""
    tensors = {name: tensor.detach() for name, tensor in start().items()}
    m = {name: torch.zeros_like(tensor) for name, tensor in tensors.items()}
    v = {name: torch.zeros_like(tensor) for name, tensor in tensors.items()}
    beta1, beta2 = 0.9, 0.999
    for step in range(STEPS):
        grads = {name: gradient(name, step, size) for name in tensors}
        norm = torch.sqrt(sum(g.pow(2).sum() for g in grads.values()))
        shrink = max(1.0, (norm / largest).item()) if largest is not None else 1.0
        for name, p in tensors.items():
            g, own = grads[name] / shrink, decay if name == "w" else 0
            m[name].mul_(beta1).add_(g, alpha=1 - beta1 if averaging else 1.0)
            v[name].mul_(beta2).addcmul_(g, g, value=1 - beta2)
            correction1, correction2 = 1 - beta1 ** (step + 1), 1 - beta2 ** (step + 1)
            denominator = (v[name].sqrt() / math.sqrt(correction2)).add_(eps)
            update = (m[name] / correction1).div_(denominator)
            if own != 0:
                update.add_(p, alpha=own)
            if own != 0 or always_adapt:
                w_norm, g_norm = p.norm(2.0), update.norm(2.0)
                ratio = w_norm / g_norm if w_norm > 0 and g_norm > 0 else torch.ones_like(w_norm)
                update.mul_(ratio.clamp(max=1.0) if trust_clip else ratio)
            p.add_(update, alpha=-rate(step))
    return tensors


def rmsprop_tf(alpha=0.9, eps=1e-10, mu=0.0, decay=0.0, decoupled=False, lr_in_momentum=True):
    """timm's RMSpropTF."""
    tensors = {name: tensor.detach() for name, tensor in start().items()}
    squares = {name: torch.ones_like(tensor) for name, tensor in tensors.items()}
    buffers = {name: torch.zeros_like(tensor) for name, tensor in tensors.items()}
    for step in range(STEPS):
        for name, p in tensors.items():
            g, own, lr = gradient(name, step), decay if name == "w" else 0, rate(step)
            if own != 0:
                if decoupled:
                    p.mul_(1.0 - lr * own)
                else:
                    g = g.add(p, alpha=own)
            squares[name].add_(g.pow(2) - squares[name], alpha=1.0 - alpha)
            average = squares[name].add(eps).sqrt()
            if mu > 0:
                buffers[name].mul_(mu)
                if lr_in_momentum:
                    buffers[name].addcdiv_(g, average, value=lr)
                    p.add_(-buffers[name])
                else:
                    buffers[name].addcdiv_(g, average)
                    p.add_(buffers[name], alpha=-lr)
            else:
                p.addcdiv_(g, average, value=-lr)
    return tensors


def clipped(rule, size):
    """The gradients of step 0 after clipping, and the norm that clip_grad_norm_ returns."""
    tensors = start()
    for name, tensor in tensors.items():
        tensor.grad = gradient(name, 0, size)
    norm = rule(list(tensors.values()))
    return {"norm": None if norm is None else norm.item(), **listed({n: t.grad for n, t in tensors.items()})}


def agc(parameters, factor, eps=1e-3):
    """timm's adaptive_clip_grad."""

    def unit_norm(x):
        return x.norm(2.0) if x.ndim <= 1 else x.norm(2.0, dim=tuple(range(1, x.ndim)), keepdim=True)

    for p in parameters:
        largest = unit_norm(p.detach()).clamp_(min=eps).mul_(factor)
        norm = unit_norm(p.grad.detach())
        shrunk = p.grad.detach() * (largest / norm.clamp(min=1e-6))
        p.grad = torch.where(norm < largest, p.grad.detach(), shrunk)


def listed(tensors):
    return {name: [float(x) for x in tensor.detach().reshape(-1)] for name, tensor in tensors.items()}


O = torch.optim
OPTIMIZERS = {
    "sgd, Nesterov": by_torch(lambda g: O.SGD(g, lr=LR, momentum=0.9, nesterov=True), 0.1),
    "sgd, plain momentum": by_torch(lambda g: O.SGD(g, lr=LR, momentum=0.9), 0.1),
    "sgd, no momentum": by_torch(lambda g: O.SGD(g, lr=LR), 0.1),
    "sgd, moving momentum": by_torch(lambda g: O.SGD(g, lr=LR, momentum=0.9, nesterov=True), 0.1, "momentum"),
    "adam": by_torch(lambda g: O.Adam(g, lr=LR), 0),
    "adam, decay": by_torch(lambda g: O.Adam(g, lr=LR, betas=(0.8, 0.99), eps=1e-3), 0.1),
    "adamw": by_torch(lambda g: O.AdamW(g, lr=LR), 0.01),
    "adamw, decay": by_torch(lambda g: O.AdamW(g, lr=LR, betas=(0.8, 0.99), eps=1e-3), 0.5),
    "adamw, moving momentum": by_torch(lambda g: O.AdamW(g, lr=LR), 0.01, "beta1"),
    "lamb": lamb(),
    "lamb, small gradients": lamb(size=0.01, largest=1.0),
    "lamb, everything else": lamb(decay=0.2, averaging=False, trust_clip=True, always_adapt=True, largest=None),
    "rmsproptf": rmsprop_tf(),
    "rmsproptf, momentum and decay": rmsprop_tf(alpha=0.8, eps=1e-3, mu=0.9, decay=0.1),
    "rmsproptf, decoupled": rmsprop_tf(eps=1e-3, mu=0.9, decay=0.1, decoupled=True),
    "rmsproptf, lr outside": rmsprop_tf(eps=1e-3, mu=0.9, decay=0.1, lr_in_momentum=False),
}
CLIPS = {
    "norm, above": clipped(lambda ps: torch.nn.utils.clip_grad_norm_(ps, 0.5), 1),
    "norm, below": clipped(lambda ps: torch.nn.utils.clip_grad_norm_(ps, 0.5), 0.01),
    "value": clipped(lambda ps: torch.nn.utils.clip_grad_value_(ps, 0.25), 1),
    "agc, some above": clipped(lambda ps: agc(ps, 0.5), 1),
    "agc, all below": clipped(lambda ps: agc(ps, 0.5), 0.01),
}

if __name__ == "__main__":
    golden = {
        "torch": torch.__version__,
        "lr": [rate(step) for step in range(STEPS)],
        "momentum": [momentum(step) for step in range(STEPS)],
        "optimizers": {name: listed(tensors) for name, tensors in OPTIMIZERS.items()},
        "clips": CLIPS,
    }
    lines = [f" {json.dumps(key)}: {json.dumps(value)}" for key, value in golden.items()]
    (here / "optimizers.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
