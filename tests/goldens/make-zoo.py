"""Writes what timm and torchvision compute for networks and attention blocks, for src/models/zoo-parity.test.ts and
src/layers/attention/attention-parity.test.ts to compare with.

    PYTHONPATH=<timm>:<cadene> python3 tests/goldens/make-zoo.py

where <timm> is a checkout of github.com/huggingface/pytorch-image-models at aa4b5850 (1.0.29.dev0) and <cadene> one of
github.com/Cadene/pretrained-models.pytorch at 8aae3d8. Made with PyTorch 1.13 and torchvision 0.14; always the same bytes
on one machine. Networks that none of them has are written out in zoo_networks.py.
Everything is computed in double precision. Weights and images are not stored: both sides compute them from the tensor's
name, as in make.py; running statistics and biases are among them and are far from trivial. A line of zoo.jsonl holds a
network, the size of its input and the logits of two images; blocks.jsonl the same of blocks, with every 37th entry of the
map that comes out. zoo-names.json says which of our names torchvision's modules go by, found by position and shape.
gradients-seresnet50.jsonl holds losses and, for the gradient of every parameter, its norm and its inner products with
vectors of signs that are computed from the name, as in make.py.
"""

import importlib.util
import json
import pathlib
import sys

import numpy as np
import timm
import timm.layers as layers
import torch
import torchvision
import zoo_networks
from make import between, uniform
from make import start_range as common_range
from timm.layers.cbam import CbamModule
from torch import nn
from torch.nn import functional as F

HERE = pathlib.Path(__file__).parent
CLASSES = 5
STEP = 37

# Ours, theirs and the input; what is not said is as published. Small inputs, odd where the network allows it.
NETWORKS = [
    ("resnet18", "timm:resnet18", [3, 65, 65]),
    ("resnet50", "torchvision:resnet50", [3, 64, 64]),
    ("seresnet18", "timm:seresnet18", [3, 65, 65]),
    ("seresnet50", "timm:seresnet50", [3, 65, 65]),
    ("legacy_seresnet18", "timm:legacy_seresnet18", [3, 65, 65]),
    ("legacy_seresnet50", "timm:legacy_seresnet50", [3, 69, 69]),
    ("resnext50_32x4d", "torchvision:resnext50_32x4d", [3, 64, 64]),
    ("seresnext50_32x4d", "timm:seresnext50_32x4d", [3, 64, 64]),
    ("legacy_seresnext26_32x4d", "timm:legacy_seresnext26_32x4d", [3, 67, 67]),
    ("senet154", "timm:senet154", [3, 64, 64]),
    ("legacy_senet154", "timm:legacy_senet154", [3, 67, 67]),
    ("vgg16_bn", "torchvision:vgg16_bn", [3, 64, 96]),
    ("inception_v3", "torchvision:inception_v3", [3, 91, 91]),
    ("inception_resnet_v2", "timm:inception_resnet_v2", [3, 91, 91]),
    ("mobilenet_v1", "timm:mobilenetv1_100", [3, 65, 65]),
    ("mobilenet_v3_small", "torchvision:mobilenet_v3_small", [3, 65, 65]),
    ("mobilenet_v3_large", "torchvision:mobilenet_v3_large", [3, 65, 65]),
    ("mobilenetv3_small_100", "timm:mobilenetv3_small_100", [3, 65, 65]),
    ("mobilenetv3_large_100", "timm:mobilenetv3_large_100", [3, 64, 64]),
    ("tf_mobilenetv3_small_100", "timm:tf_mobilenetv3_small_100", [3, 65, 50]),
    ("efficientnet_b0", "timm:efficientnet_b0", [3, 65, 65]),
    ("regnety_004", "timm:regnety_004", [3, 65, 65]),
    ("bn_inception", "cadene:BNInception", [3, 64, 64]),
    ("shufflenet_v1_g3", "written out:ShuffleNet", [3, 64, 64]),
    ("preresnet20", "written out:PreResNet20", [3, 17, 17]),
    ("preresnet164", "written out:PreResNet164", [3, 16, 16]),
    ("wrn16_8", "written out:WideResNet", [3, 16, 16]),
    ("shake_shake_20_2x16d", "written out:ShakeShake", [3, 17, 17]),
]

# torchvision's twins of networks that have timm's names with us.
RENAMED = {
    "efficientnet_b0": ("efficientnet_b0", "efficientnet_b0"),
    "regnety_004": ("regnet_y_400mf", "regnety_004"),
    "vgg16_bn": ("vgg16_bn", "vgg16_bn"),
}


def network(spec):
    library, name = spec.split(":")
    if library == "cadene":
        return cadene_inception()(num_classes=CLASSES)
    if library == "written out":
        return getattr(zoo_networks, name)(CLASSES)
    if library == "timm":
        return timm.create_model(name, num_classes=CLASSES)
    kwargs = {"init_weights": False} if name.startswith("inception") else {}
    return getattr(torchvision.models, name)(num_classes=CLASSES, **kwargs)


def cadene_inception():
    """The one file that is needed; the package itself asks for others."""
    path = next(p for p in (pathlib.Path(d, "pretrainedmodels/models/bninception.py") for d in sys.path) if p.exists())
    loaded = importlib.util.spec_from_file_location("bninception", path)
    module = importlib.util.module_from_spec(loaded)
    loaded.loader.exec_module(module)
    return module.BNInception


def start_range(name, shape):
    """As in make.py, but a deep network's residual branches are small, or its logits would hang on the last bit of its input."""
    return (0.1, 0.3) if name.endswith("bn3.weight") else common_range(name, shape)


def fill(module, ours=lambda name: name):
    state = module.state_dict()
    for name, tensor in state.items():
        if tensor.is_floating_point():
            shape = tuple(tensor.shape)
            state[name] = between(ours(name), shape, *start_range(ours(name), shape))
    module.double().load_state_dict(state)
    return module.eval()


def numbers(tensor):
    return [float(f"{value:.8g}") for value in tensor.flatten().tolist()]


def with_names(name):
    """Our name of each of torchvision's parameters, by position."""
    if name not in RENAMED:
        return {}
    theirs, ours = RENAMED[name]
    a = getattr(torchvision.models, theirs)().state_dict()
    b = timm.create_model(ours).state_dict()
    pairs = {}
    # torchvision's RegNet has a block's shortcut before its branch, timm's after it.
    order = sorted(b, key=lambda key: regnet_order(key, list(b))) if ours.startswith("regnet") else list(b)
    assert len(a) == len(order)
    for (key, value), other in zip(a.items(), order):
        assert value.numel() == b[other].numel(), (key, other)
        pairs[key.rpartition(".")[0]] = other.rpartition(".")[0]
    return pairs


def regnet_order(key, keys):
    parts = key.split(".")
    if parts[0] in ("stem", "head"):
        return (0 if parts[0] == "stem" else 2, "", "", 0, keys.index(key))
    return (1, parts[0], int(parts[1][1:]), 0 if parts[2] == "downsample" else 1, keys.index(key))


class NoSqueeze(nn.Module):
    """No pooling, two 1x1 convolutions. SENet paper, section 7.1."""

    def __init__(self, channels):
        super().__init__()
        self.fc1 = nn.Conv2d(channels, channels // 16, 1)
        self.fc2 = nn.Conv2d(channels // 16, channels, 1)

    def forward(self, x):
        return x * torch.sigmoid(self.fc2(F.relu(self.fc1(x))))


class ScSE(nn.Module):
    """Roy et al. 2018."""

    def __init__(self, channels, join):
        super().__init__()
        self.cse = layers.SEModule(channels, rd_channels=channels // 2)
        self.sse = nn.ModuleDict({"conv": nn.Conv2d(channels, 1, 1)})
        self.join = join

    def forward(self, x):
        return self.join(self.cse(x), x * torch.sigmoid(self.sse["conv"](x)))


def gather_excite(channels, extent, params, mlp, size=None):
    """timm's own constructor passes the names of its keyword arguments to the layers here (`*dd`), so they are made anew."""
    block = layers.GatherExcite(channels, extra_params=False, extent=extent, use_mlp=False)
    if params:
        block.gather = nn.Sequential()
        steps = 1 if extent == 0 else int(np.log2(extent))
        for i in range(1, steps + 1):
            kernel, stride, padding = (size, 1, 0) if extent == 0 else (3, 2, 1)
            conv = nn.Conv2d(channels, channels, kernel, stride, padding, groups=channels, bias=False)
            block.gather.add_module(f"conv{i}", conv)
            block.gather.add_module(f"norm{i}", nn.BatchNorm2d(channels))
            if i < steps:
                block.gather.add_module(f"act{i}", nn.ReLU())
    if mlp:
        block.mlp = layers.ConvMlp(channels, channels // 16, act_layer=nn.ReLU)
    return block


C = 32
BLOCKS = [
    ("se", lambda: layers.SEModule(C, rd_channels=2)),
    ("se:hidden=divisible,gate=hard-sigmoid", lambda: layers.SEModule(C, gate_layer="hard_sigmoid")),
    ("se:reduction=4,bias=false,activation=silu", lambda: layers.SEModule(C, rd_channels=8, bias=False, act_layer=nn.SiLU)),
    ("se:squeeze=none", lambda: NoSqueeze(C)),
    ("se:gate=tanh", lambda: layers.SEModule(C, rd_channels=2, gate_layer="tanh")),
    ("eca", lambda: layers.EcaModule(C)),
    ("eca:kernel=5", lambda: layers.EcaModule(kernel_size=5)),
    ("ceca", lambda: layers.CecaModule(C)),
    ("scse", lambda: ScSE(C, torch.add)),
    ("scse:join=max", lambda: ScSE(C, torch.maximum)),
    ("cbam", lambda: CbamModule(C, mlp_bias=True)),
    ("cbam:bias=false,kernel=3,reduction=8", lambda: CbamModule(C, rd_ratio=1 / 8, spatial_kernel_size=3)),
    ("ge:variant=minus", lambda: gather_excite(C, 0, False, False)),
    ("ge:variant=minus,extent=2", lambda: gather_excite(C, 2, False, False)),
    ("ge:variant=plain,extent=4", lambda: gather_excite(C, 4, True, False)),
    ("ge", lambda: gather_excite(C, 0, True, True, (6, 7))),
    ("ge:extent=2", lambda: gather_excite(C, 2, True, True)),
    ("sk:group=4", lambda: layers.SelectiveKernel(C, groups=4, rd_channels=32, split_input=False)),
    ("ese", lambda: layers.EffectiveSEModule(C)),
    ("gc:reduction=4", lambda: layers.GlobalContext(C, rd_ratio=1 / 4, fuse_add=True, fuse_scale=False)),
    ("gc:fuse=scale,reduction=8", lambda: layers.GlobalContext(C, rd_ratio=1 / 8)),
]


def gradients():
    """Of the mean cross-entropy of four images under timm's seresnet50, with the batch's statistics and the running ones.
    Of the first 20 batches this one keeps the inputs of all ReLUs farthest from 0 (5e-7): rounding turns no sign."""
    lines = []
    for mode in ("train", "eval"):
        net = fill(network("timm:seresnet50")).train(mode == "train")
        loss = F.cross_entropy(net(between("x.12", (4, 3, 64, 64), -1, 1)), torch.tensor([1, 3, 0, 2]))
        loss.backward()
        lines.append(json.dumps({"mode": mode, "loss": loss.item()}))
        for name, parameter in net.named_parameters():
            flat = parameter.grad.flatten()
            draws = [uniform(f"projection.{k}.{name}", len(flat)) for k in range(3)]
            projections = [flat @ torch.from_numpy(np.where(draw < 0.5, -1.0, 1.0)) for draw in draws]
            norm = float(f"{flat.norm():.8g}")
            lines.append(json.dumps({"name": name, "norm": norm, "projections": numbers(torch.stack(projections))}))
    (HERE / "gradients-seresnet50.jsonl").write_text("\n".join(lines) + "\n")


def main():
    gradients()
    torch.manual_seed(0)
    with torch.no_grad():
        lines = []
        for name, make in BLOCKS:
            block = fill(make())
            y = block(between("x", (2, C, 6, 7), -1, 1))
            lines.append(json.dumps({"attention": name, "y": numbers(y.flatten()[::STEP])}))
        (HERE / "blocks.jsonl").write_text("\n".join(lines) + "\n")
        names = {name: with_names(name) for name in RENAMED}
        (HERE / "zoo-names.json").write_text(json.dumps(names, indent=0) + "\n")
        lines = []
        for name, spec, size in NETWORKS:
            pairs = names[name] if spec.startswith("torchvision") and name in RENAMED else {}
            ours = lambda key: ".".join([pairs.get(key.rpartition(".")[0], key.rpartition(".")[0]), key.rpartition(".")[2]])
            net = fill(network(spec), ours)
            logits = net(between("x", (2, *size), -1, 1))
            print(name, float(logits.abs().max()), file=sys.stderr)
            lines.append(json.dumps({"name": name, "from": spec, "input": size, "logits": numbers(logits)}))
        (HERE / "zoo.jsonl").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
