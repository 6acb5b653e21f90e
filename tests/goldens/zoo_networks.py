"""Networks that neither timm nor torchvision has, written from their papers in PyTorch under our names of parameters."""

import torch
from torch import nn
from torch.nn import functional as F


def conv(inputs, outputs, kernel, stride=1, groups=1):
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)


def stack(prefix, units):
    """Units under the names prefix1, prefix2, …"""
    made = nn.Sequential()
    for i, unit in enumerate(units, 1):
        made.add_module(f"{prefix}{i}", unit)
    return made


class ShuffleUnit(nn.Module):
    """Zhang et al. 2017, arXiv:1707.01083, Figure 2."""

    def __init__(self, inputs, outputs, groups, first, halve):
        super().__init__()
        middle, out = outputs // 4, outputs - inputs if halve else outputs
        self.groups, self.halve = groups, halve
        self.compress_conv1, self.compress_bn1 = conv(inputs, middle, 1, groups=first), nn.BatchNorm2d(middle)
        self.dw_conv2, self.dw_bn2 = conv(middle, middle, 3, 2 if halve else 1, middle), nn.BatchNorm2d(middle)
        self.expand_conv3, self.expand_bn3 = conv(middle, out, 1, groups=groups), nn.BatchNorm2d(out)

    def forward(self, x):
        y = F.relu(self.compress_bn1(self.compress_conv1(x)))
        order = torch.arange(y.shape[1]).reshape(self.groups, -1).T.flatten()  # 0, n, 2n, 1, n + 1, …
        y = self.dw_bn2(self.dw_conv2(y[:, order]))
        y = self.expand_bn3(self.expand_conv3(y))
        return F.relu(torch.cat([y, F.avg_pool2d(x, 3, 2, 1)], 1) if self.halve else x + y)


class ShuffleNet(nn.Module):
    def __init__(self, classes):
        super().__init__()
        stages, inputs = [], 24
        for outputs, count in ((240, 4), (480, 8), (960, 4)):
            units = []
            for j in range(count):
                units.append(ShuffleUnit(inputs, outputs, 3, 1 if inputs == 24 else 3, j == 0))
                inputs = outputs
            stages.append(stack("unit", units))
        self.features = stack("stage", stages)
        self.features.add_module("init_block", nn.ModuleDict({"conv": conv(3, 24, 3, 2), "bn": nn.BatchNorm2d(24)}))
        self.output = nn.Linear(960, classes)

    def forward(self, x):
        stem = self.features.init_block
        y = F.max_pool2d(F.relu(stem["bn"](stem["conv"](x))), 3, 2, 1)
        for name in ("stage1", "stage2", "stage3"):
            y = getattr(self.features, name)(y)
        return self.output(y.mean((2, 3)))


class PreUnit(nn.Module):
    """He et al. 2016, arXiv:1603.05027, Figure 1 b, with two 3×3 convolutions or a bottleneck."""

    def __init__(self, inputs, width, stride, deep):
        super().__init__()
        outputs = 4 * width if deep else width
        layers = [(width, 1, 1), (width, 3, stride), (outputs, 1, 1)] if deep else [(width, 3, stride), (width, 3, 1)]
        self.count, channels = len(layers), inputs
        for i, (out, kernel, by) in enumerate(layers, 1):
            self.add_module(f"bn{i}", nn.BatchNorm2d(channels))
            self.add_module(f"conv{i}", conv(channels, out, kernel, by))
            channels = out
        if stride != 1 or inputs != outputs:
            self.downsample = conv(inputs, outputs, 1, stride)

    def forward(self, x):
        first = y = F.relu(self.bn1(x))
        for i in range(1, self.count + 1):
            if i > 1:
                y = F.relu(getattr(self, f"bn{i}")(y))
            y = getattr(self, f"conv{i}")(y)
        return y + (self.downsample(first) if hasattr(self, "downsample") else x)


class PreActivation(nn.Module):
    def __init__(self, classes, widths, count, deep):
        super().__init__()
        self.conv1, inputs = conv(3, 16, 3), 16
        for i, width in enumerate(widths, 1):
            units = []
            for j in range(count):
                units.append(PreUnit(inputs, width, 2 if i > 1 and j == 0 else 1, deep))
                inputs = 4 * width if deep else width
            self.add_module(f"layer{i}", nn.Sequential(*units))
        self.bn, self.fc = nn.BatchNorm2d(inputs), nn.Linear(inputs, classes)

    def forward(self, x):
        y = self.layer3(self.layer2(self.layer1(self.conv1(x))))
        return self.fc(F.relu(self.bn(y)).mean((2, 3)))


def PreResNet20(classes):
    return PreActivation(classes, (16, 32, 64), 3, False)


def PreResNet164(classes):
    return PreActivation(classes, (16, 32, 64), 18, True)


def WideResNet(classes):
    return PreActivation(classes, (128, 256, 512), 2, False)


class ShakeUnit(nn.Module):
    """Gastaldi 2017, arXiv:1705.07485, §2, as it is for inference."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        named = lambda a, b, by: nn.ModuleDict({"conv": conv(a, b, 3, by), "bn": nn.BatchNorm2d(b)})
        for name in ("branch1", "branch2"):
            pair = {"conv1": named(inputs, outputs, stride), "conv2": named(outputs, outputs, 1)}
            self.add_module(name, nn.ModuleDict(pair))
        self.stride = stride
        if stride != 1 or inputs != outputs:
            halves = {f"conv{i}": conv(inputs, outputs // 2, 1) for i in (1, 2)}
            self.identity_branch = nn.ModuleDict({**halves, "bn": nn.BatchNorm2d(outputs)})

    def shortcut(self, x):
        if not hasattr(self, "identity_branch"):
            return x
        at, s = self.identity_branch, self.stride
        moved = F.pad(x, (1, 0, 1, 0))[:, :, :-1, :-1]
        return at["bn"](torch.cat([at["conv1"](x[:, :, ::s, ::s]), at["conv2"](moved[:, :, ::s, ::s])], 1))

    def forward(self, x):
        branches = []
        for branch in (self.branch1, self.branch2):
            first, second = branch["conv1"], branch["conv2"]
            y = F.relu(first["bn"](first["conv"](x)))
            branches.append(second["bn"](second["conv"](y)))
        return F.relu(sum(branches) / 2 + self.shortcut(x))


class ShakeShake(nn.Module):
    def __init__(self, classes):
        super().__init__()
        stages, inputs = [], 16
        for i, outputs in enumerate((16, 32, 64)):
            units = []
            for j in range(3):
                units.append(ShakeUnit(inputs, outputs, 2 if i > 0 and j == 0 else 1))
                inputs = outputs
            stages.append(stack("unit", units))
        self.features = stack("stage", stages)
        self.features.add_module("init_block", nn.ModuleDict({"conv": conv(3, 16, 3), "bn": nn.BatchNorm2d(16)}))
        self.output = nn.Linear(64, classes)

    def forward(self, x):
        stem = self.features.init_block
        y = F.relu(stem["bn"](stem["conv"](x)))
        for name in ("stage1", "stage2", "stage3"):
            y = getattr(self.features, name)(y)
        return self.output(y.mean((2, 3)))
