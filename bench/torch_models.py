"""The networks of the benchmarks in PyTorch, as their papers and torchvision have them."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class SqueezeExcite(nn.Module):
    def __init__(self, channels, hidden, gate=torch.sigmoid):
        super().__init__()
        self.fc1 = nn.Conv2d(channels, hidden, 1)
        self.fc2 = nn.Conv2d(hidden, channels, 1)
        self.gate = gate

    def forward(self, x):
        z = x.mean((2, 3), keepdim=True)
        return x * self.gate(self.fc2(F.relu(self.fc1(z))))


def shortcut(inputs, outputs, stride):
    if stride == 1 and inputs == outputs:
        return nn.Identity()
    return nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))


class BasicBlock(nn.Module):
    def __init__(self, inputs, width, stride, se):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.se = SqueezeExcite(width, max(1, width // 16)) if se else nn.Identity()
        self.downsample = shortcut(inputs, width, stride)

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)), inplace=True)
        return F.relu(self.se(self.bn2(self.conv2(y))) + self.downsample(x), inplace=True)


class Bottleneck(nn.Module):
    def __init__(self, inputs, width, outputs, stride, groups, se):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, groups=groups, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, outputs, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.se = SqueezeExcite(outputs, outputs // 16) if se else nn.Identity()
        self.downsample = shortcut(inputs, outputs, stride)

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)), inplace=True)
        y = F.relu(self.bn2(self.conv2(y)), inplace=True)
        return F.relu(self.se(self.bn3(self.conv3(y))) + self.downsample(x), inplace=True)


class InvertedResidual(nn.Module):
    """A row of Howard et al. 2019, Table 2: kernel, expanded, out, SE, activation, stride."""

    def __init__(self, inputs, kernel, expanded, outputs, se, act, stride):
        super().__init__()
        layers = [] if expanded == inputs else conv_norm(inputs, expanded, 1, act=act)
        layers += conv_norm(expanded, expanded, kernel, stride, groups=expanded, act=act)
        if se:
            layers.append(SqueezeExcite(expanded, multiple_of_8(expanded // 4), F.hardsigmoid))
        self.layers = nn.Sequential(*layers, *conv_norm(expanded, outputs, 1, act=None))
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.layers(x) if self.residual else self.layers(x)


def conv_norm(inputs, outputs, kernel, stride=1, groups=1, act=nn.Hardswish):
    conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
    return [conv, nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.01), *([act(inplace=True)] if act else [])]


def multiple_of_8(channels):
    nearest = max(8, (channels + 4) // 8 * 8)
    return nearest + 8 if nearest < 0.9 * channels else nearest


MOBILENET_V3_SMALL = [
    (3, 16, 16, True, nn.ReLU, 2),
    (3, 72, 24, False, nn.ReLU, 2),
    (3, 88, 24, False, nn.ReLU, 1),
    (5, 96, 40, True, nn.Hardswish, 2),
    (5, 240, 40, True, nn.Hardswish, 1),
    (5, 240, 40, True, nn.Hardswish, 1),
    (5, 120, 48, True, nn.Hardswish, 1),
    (5, 144, 48, True, nn.Hardswish, 1),
    (5, 288, 96, True, nn.Hardswish, 2),
    (5, 576, 96, True, nn.Hardswish, 1),
    (5, 576, 96, True, nn.Hardswish, 1),
]


def mobilenet_v3_small(classes):
    layers, inputs = conv_norm(3, 16, 3, 2), 16
    for row in MOBILENET_V3_SMALL:
        layers.append(InvertedResidual(inputs, *row))
        inputs = row[2]
    layers += conv_norm(inputs, 6 * inputs, 1)
    head = [nn.Linear(6 * inputs, 1024), nn.Hardswish(inplace=True), nn.Dropout(0.2, inplace=True)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), *head, nn.Linear(1024, classes))


def bottlenecks(depths, classes, se, groups=1, base=64):
    layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)]
    inputs = 64
    for stage, depth in enumerate(depths):
        planes = 64 << stage
        for block in range(depth):
            stride = 2 if stage > 0 and block == 0 else 1
            layers.append(Bottleneck(inputs, planes * base // 64 * groups, 4 * planes, stride, groups, se))
            inputs = 4 * planes
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, classes))


def cifar(depth, classes, se):
    layers = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(inplace=True)]
    inputs = 16
    for stage, width in enumerate((16, 32, 64)):
        for block in range((depth - 2) // 6):
            layers.append(BasicBlock(inputs, width, 2 if stage > 0 and block == 0 else 1, se))
            inputs = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, classes))


def build(name, classes):
    """A network by its published name."""
    se = name.startswith("se")
    plain = name.removeprefix("se")
    if plain == "resnet50":
        return bottlenecks([3, 4, 6, 3], classes, se)
    if plain == "resnext50_32x4d":
        return bottlenecks([3, 4, 6, 3], classes, se, groups=32, base=4)
    if plain == "mobilenet_v3_small":
        return mobilenet_v3_small(classes)
    return cifar(int(plain.removeprefix("resnet")), classes, se)
