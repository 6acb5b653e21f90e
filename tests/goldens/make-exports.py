"""Writes networks of torchvision as PyTorch's exporter writes them, and what PyTorch computes with them.

    python3 tests/goldens/make-exports.py tests/goldens/exports    (small ones of the same structures; they are committed)
    python3 tests/goldens/make-exports.py DIR [NAME ...] --full     (as published, with 10 classes; about 2 GB)
    python3 tests/goldens/make-exports.py DIR [NAME ...] --plain    (likewise, with images and labels alone for a golden; minutes less)

PyTorch 1.13 and torchvision 0.14; some minutes. For every network NAME:

    NAME.onnx           exported as it is (TrainingMode.PRESERVE of a network in eval mode, nothing folded)
    NAME.folded.onnx    exported for inference (batch norm and constants folded, as by default)
    NAME.training.onnx  exported with TrainingMode.TRAINING: batch norm with training_mode and its further outputs, dropout
    NAME.safetensors    x [N, 3, H, W], y [N], logits; loss.eval, loss.train: the mean cross-entropy; and its gradients
                        eval.PARAMETER (batch norm frozen) and train.PARAMETER (statistics of the batch), dropout off

Weights are random but of the kind that trained ones are: biases that are not 0, batch norm with weights about 1 and with
running statistics near those of real batches, so that no layer is dead and no term can hide.

PyTorch computes in double precision, so that the difference is the rounding of our single precision alone. `kinks.py` keeps every
ReLU and every maximum away from where rounding would decide, for the very images of the golden and in both modes. Where it cannot
(maxima over what is no activation or concatenation of activations), other images are drawn, until noise of the size of
rounding changes no maximum and PyTorch's own single precision, by two sets of its kernels, agrees with its double precision
to `LIMIT` or `LIMIT_FULL`; the metadata of NAME.safetensors says how well it does, and how near any input lies to a kink.
"""

import argparse
import copy
import json
import pathlib
import struct
import warnings

import torch
import torchvision.models as tv
from kinks import clear
from torch import nn
from torch.nn import functional as F
from torchvision.models.convnext import CNBlockConfig
from torchvision.models.efficientnet import MBConvConfig
from torchvision.models.googlenet import Inception
from torchvision.models.inception import BasicConv2d, InceptionA, InceptionB, InceptionC
from torchvision.models.mobilenetv3 import InvertedResidualConfig
from torchvision.models.regnet import BlockParams
from torchvision.models.resnet import BasicBlock, Bottleneck
from torchvision.models.squeezenet import Fire
from torchvision.models.vgg import VGG, make_layers
from torchvision.ops import StochasticDepth
from torchvision.ops.misc import Conv2dNormActivation

CLASSES = 10
LIMIT, LIMIT_FULL, SEEDS = 1e-5, 1e-4, 40
ROUNDING = 3e-7  # of single precision, relative to the spread of outputs; every layer adds as much


class Tail(nn.Sequential):
    """Features, then global pooling, dropout and a classifier."""

    def __init__(self, channels, *features):
        super().__init__(*features, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(channels, CLASSES))


def small_alexnet():
    features = [nn.Conv2d(3, 8, 11, 4, 2), nn.ReLU(True), nn.MaxPool2d(3, 2), nn.Conv2d(8, 16, 5, padding=2), nn.ReLU(True), nn.MaxPool2d(3, 2)]
    classifier = [nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Dropout(), nn.Linear(64, 24), nn.ReLU(True), nn.Dropout(), nn.Linear(24, CLASSES)]
    return nn.Sequential(*features, *classifier)


def small_vgg():
    vgg = VGG(make_layers([8, "M", 16, "M", 16, "M"], batch_norm=True), CLASSES, init_weights=False)
    vgg.avgpool = nn.AdaptiveAvgPool2d(2)
    vgg.classifier = nn.Sequential(nn.Linear(64, 24), nn.ReLU(True), nn.Dropout(), nn.Linear(24, CLASSES))
    return vgg


def small_vgg16():
    vgg = VGG(make_layers([8, 8, "M", 16, 16, "M", 16, 16, "M"], batch_norm=True), CLASSES, init_weights=False)
    vgg.avgpool = nn.AdaptiveAvgPool2d(1)
    vgg.classifier = nn.Sequential(nn.Linear(16, 24), nn.ReLU(True), nn.Dropout(), nn.Linear(24, CLASSES))
    return vgg


def resnet_stem():
    return [nn.Conv2d(3, 8, 7, 2, 3, bias=False), nn.BatchNorm2d(8), nn.ReLU(True), nn.MaxPool2d(3, 2, 1)]


def projection(i, o, stride):
    return nn.Sequential(nn.Conv2d(i, o, 1, stride, bias=False), nn.BatchNorm2d(o))


def small_resnet():
    return Tail(16, *resnet_stem(), BasicBlock(8, 8), BasicBlock(8, 16, 2, projection(8, 16, 2)))


def small_resnet50(groups=1, width=64):
    """A bottleneck with a projection, one with a stride and one without either, four times as wide at their ends."""
    options = dict(groups=groups, base_width=width)
    first = Bottleneck(8, 4, 1, projection(8, 16, 1), **options)
    second = Bottleneck(16, 8, 2, projection(16, 32, 2), **options)
    return Tail(32, *resnet_stem(), first, second, Bottleneck(32, 8, **options))


def small_googlenet():
    stem = [nn.Conv2d(3, 8, 7, 2, 3), nn.ReLU(True), nn.MaxPool2d(3, 2, ceil_mode=True)]
    inception = [Inception(8, 8, 4, 8, 2, 4, 4), nn.MaxPool2d(3, 2, ceil_mode=True), Inception(24, 8, 8, 12, 4, 4, 4)]
    return Tail(28, *stem, *inception)


def small_inception():
    stem = [nn.Conv2d(3, 8, 3, 2, bias=False), nn.BatchNorm2d(8, eps=0.001), nn.ReLU(True)]
    return Tail(16, *stem, narrow(InceptionA(8, 4)), narrow(InceptionB(16)), narrow(InceptionC(24, 4)))


def narrow(block):
    """A block of Inception v3 with 4 channels in place of the hundreds that every one of its convolutions gives."""
    for module in list(block.modules()):
        if isinstance(module, BasicConv2d):
            conv = module.conv
            module.conv = nn.LazyConv2d(4, conv.kernel_size, conv.stride, conv.padding, bias=False)
            module.bn = nn.BatchNorm2d(4, eps=module.bn.eps)
    return block


def small_squeezenet():
    stem = [nn.Conv2d(3, 8, 3, 2), nn.ReLU(True), nn.MaxPool2d(3, 2, ceil_mode=True)]
    fires = [Fire(8, 4, 8, 8), nn.MaxPool2d(3, 2, ceil_mode=True), Fire(16, 4, 12, 12)]
    head = [nn.Dropout(0.5), nn.Conv2d(24, CLASSES, 1), nn.ReLU(True), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return nn.Sequential(*stem, *fires, *head)


def small_mnasnet():
    from torchvision.models.mnasnet import _InvertedResidual, _stack

    stem = [nn.Conv2d(3, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), nn.ReLU(True)]
    return Tail(16, *stem, _stack(8, 8, 3, 2, 3, 2, 0.1), _InvertedResidual(8, 16, 5, 2, 3, 0.1))


def small_mobilenet_v2():
    net = tv.MobileNetV2(CLASSES, 0.25, [[1, 16, 1, 1], [4, 24, 2, 2], [4, 32, 1, 2]], round_nearest=4)
    net.features[-1] = Conv2dNormActivation(8, 32, kernel_size=1, activation_layer=nn.ReLU6)  # 1280 channels at any width
    net.classifier[-1] = nn.Linear(32, CLASSES)
    return net


def small_mobilenet_v3():
    row = InvertedResidualConfig
    rows = [row(8, 3, 8, 8, True, "RE", 2, 1, 1), row(8, 5, 24, 12, True, "HS", 2, 1, 1), row(12, 5, 32, 12, False, "HS", 1, 1, 1)]
    return tv.MobileNetV3(rows, 32, CLASSES)


def small_efficientnet():
    row = MBConvConfig
    rows = [row(1, 3, 1, 8, 8, 1, 1, 1), row(4, 3, 2, 8, 8, 2, 1, 1), row(4, 5, 2, 8, 12, 2, 1, 1)]
    return tv.EfficientNet(rows, 0.2, num_classes=CLASSES)


def small_regnet():
    return tv.RegNet(BlockParams([1, 2], [8, 16], [4, 8], [1.0, 1.0], [2, 2], 0.25), num_classes=CLASSES, stem_width=8)


def small_convnext():
    rows = [CNBlockConfig(8, 16, 1), CNBlockConfig(16, None, 1)]
    return tv.ConvNeXt(rows, 0.1, num_classes=CLASSES)


def small_densenet():
    return tv.DenseNet(4, (2, 3), 8, 2, num_classes=CLASSES)


def small_shufflenet():
    return tv.ShuffleNetV2([2, 1, 1], [8, 16, 24, 32, 40], CLASSES)


def small_swin():
    return tv.SwinTransformer([4, 4], 8, [2, 1], [2, 4], [3, 3], stochastic_depth_prob=0.1, num_classes=CLASSES)


def small_vit():
    return tv.VisionTransformer(32, 8, 2, 2, 16, 24, dropout=0.1, num_classes=CLASSES)


# Of every network: the published one, the small one, the side of its images and how many there are.
NETWORKS = {
    "alexnet": (tv.alexnet, small_alexnet, 224, 2),
    "vgg11_bn": (tv.vgg11_bn, small_vgg, 224, 1),
    "vgg16_bn": (tv.vgg16_bn, small_vgg16, 224, 1),
    "resnet18": (tv.resnet18, small_resnet, 64, 4),
    "resnet50": (tv.resnet50, small_resnet50, 64, 4),
    "resnext50_32x4d": (tv.resnext50_32x4d, lambda: small_resnet50(groups=2), 64, 4),
    "densenet121": (tv.densenet121, small_densenet, 64, 8),
    "googlenet": (lambda **k: tv.googlenet(aux_logits=False, init_weights=True, **k), small_googlenet, 56, 5),
    "inception_v3": (lambda **k: tv.inception_v3(aux_logits=False, init_weights=False, **k), small_inception, 139, 4),
    "mobilenet_v2": (tv.mobilenet_v2, small_mobilenet_v2, 96, 4),
    "mobilenet_v3_small": (tv.mobilenet_v3_small, small_mobilenet_v3, 64, 4),
    "shufflenet_v2_x0_5": (tv.shufflenet_v2_x0_5, small_shufflenet, 96, 6),
    "squeezenet1_1": (tv.squeezenet1_1, small_squeezenet, 64, 4),
    "mnasnet0_5": (tv.mnasnet0_5, small_mnasnet, 96, 4),
    "efficientnet_b0": (tv.efficientnet_b0, small_efficientnet, 64, 4),
    "regnet_y_400mf": (tv.regnet_y_400mf, small_regnet, 96, 6),
    "convnext_tiny": (tv.convnext_tiny, small_convnext, 64, 4),
    # Not convolutional, but nobody computes more with shapes than windows that are cut, turned, padded and put together.
    "swin_t": (tv.swin_t, small_swin, 64, 4),
    "vit_b_16": (tv.vit_b_16, small_vit, 224, 2),
}
# Biases of batch norm. About 0, rounding grows by 1.07 from ReLU to ReLU in train mode, too much for the 94 layers of Inception v3
# in single precision with images of any size; above 0, where ReLUs are linear more often, a third of it arrives at the end.
BIASES = {"inception_v3": (0, 0.6)}
SMALL_SIDE, SMALL_BATCH = {"alexnet": 48, "vgg11_bn": 48, "swin_t": 16}, 3


def between(low, high, tensor, source):
    return low + (high - low) * torch.rand(tensor.shape, generator=source)


@torch.no_grad()
def fill(net, side, source, biases=(-0.3, 0.3)):
    """Gives a network weights like trained ones; running statistics come from a batch of noise and are then disturbed."""
    for module in net.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_uniform_(module.weight, nonlinearity="relu")  # its own draw is by torch.manual_seed
            if module.bias is not None:
                module.bias.copy_(between(-0.1, 0.1, module.bias, source))
        if isinstance(module, (nn.BatchNorm2d, nn.LayerNorm)):
            module.weight.copy_(between(0.7, 1.3, module.weight, source))
            module.bias.copy_(between(*biases, module.bias, source))
        if isinstance(module, nn.BatchNorm2d):
            module.momentum, module.before = 1.0, module.momentum
    for name, parameter in net.named_parameters():
        if name.endswith("layer_scale"):
            parameter.copy_(between(0.1, 0.5, parameter, source))
        if name.endswith("in_proj_bias"):  # the exporter makes one of those that are equal
            parameter.copy_(between(-0.1, 0.1, parameter, source))
    net.train()(torch.rand(16, 3, side, side, generator=source) * 2 - 1)
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = module.before
            module.running_mean.add_(between(-0.1, 0.1, module.running_mean, source) * module.running_var.sqrt())
            module.running_var.mul_(between(0.8, 1.25, module.running_var, source))


def computed(net, x, y, train):
    """Logits, loss and gradients of the mean cross-entropy; the running statistics stay as they are."""
    buffers = {name: buffer.clone() for name, buffer in net.named_buffers()}
    net.train(train)
    net.zero_grad()
    logits = net(x)
    loss = F.cross_entropy(logits, y)
    loss.backward()
    for name, buffer in net.named_buffers():
        buffer.copy_(buffers[name])
    net.eval()
    return logits.detach(), loss.detach(), {name: p.grad.clone() for name, p in net.named_parameters()}


def difference(single, double):
    """The largest error of any tensor, relative to its largest entry. Gradients that are 0 but for rounding are left out:
    of what shifts the input of a batch norm that takes the shift away again."""
    largest = {name: g.abs().max().item() for name, g in double.items()}
    all_of_them = max(largest.values())
    return max(
        (single[name].double() - g).abs().max().item() / largest[name]
        for name, g in double.items()
        if largest[name] > 1e-9 * all_of_them
    )


def golden(net, side, batch, limit):
    """Clears the network for the first images that no rounding can spoil and gives what PyTorch computes; else the best of many."""
    best, start = None, copy.deepcopy(net.state_dict())
    for seed in range(SEEDS):
        source = torch.Generator().manual_seed(1000 + seed)
        x = torch.rand(batch, 3, side, side, generator=source) * 2 - 1
        y = torch.randint(CLASSES, (batch,), generator=source)
        net.load_state_dict(start)
        nearest, switched = clear(net, x)
        print(f"seed {seed}: nearest kink {nearest:.1e}, {switched} maxima within rounding", flush=True)
        if switched > 0 and (best or seed < SEEDS - 1):
            continue
        tensors, worst = {"x": x, "y": y}, {}
        for train in [False, True]:
            mode = "train" if train else "eval"
            singles = [computed(net.float(), x, y, train)]
            with torch.backends.mkldnn.flags(enabled=False):
                singles.append(computed(net, x, y, train))
            logits, loss, gradients = computed(net.double(), x.double(), y, train)
            worst[mode] = max(difference(single[2], gradients) for single in singles)
            tensors[f"loss.{mode}"] = loss.float()
            tensors |= {f"{mode}.{name}": g.float() for name, g in gradients.items()}
            if not train:
                tensors["logits"] = logits.float()
                worst["logits"] = max(difference({"": single[0]}, {"": logits}) for single in singles)
        net.float()
        metadata = {"seed": str(seed), "kink": f"{nearest:.1e}"} | {f"single.{k}": f"{v:.2e}" for k, v in worst.items()}
        if best is None or max(worst.values()) < best[0]:
            best = (max(worst.values()), tensors, metadata, copy.deepcopy(net.state_dict()))
        if best[0] < limit:
            break
    net.load_state_dict(best[3])
    return best[1], best[2]


def export(net, x, path, **options):
    axes = {"x": {0: "batch"}, "logits": {0: "batch"}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(net, x, str(path), input_names=["x"], output_names=["logits"], dynamic_axes=axes, **options)


def write_safetensors(path, tensors, metadata):
    types = {torch.float32: "F32", torch.int64: "I64"}
    header, at = {"__metadata__": metadata}, 0
    for name, tensor in tensors.items():
        size = tensor.numel() * tensor.element_size()
        header[name] = {"dtype": types[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in tensors.values():
            file.write(tensor.contiguous().numpy().tobytes())


# The newer versions of operators that PyTorch 1.13 knows, and its oldest that we read.
OPSETS = {"alexnet": 11, "vgg11_bn": 12, "shufflenet_v2_x0_5": 11, "inception_v3": 14, "regnet_y_400mf": 17, "densenet121": 16}


def make(name, folder, full, plain):
    published, small, side, batch = NETWORKS[name]
    torch.manual_seed(2018)
    side, batch = (side, batch) if full else (SMALL_SIDE.get(name, 32), SMALL_BATCH)
    net = published(weights=None, num_classes=CLASSES) if full else small()
    net(torch.zeros(2, 3, side, side))  # gives lazy layers their sizes
    fill(net, side, torch.Generator().manual_seed(1), BIASES.get(name, (-0.3, 0.3)))
    random = [(module, module.p) for module in net.modules() if isinstance(module, (nn.Dropout, StochasticDepth))]
    for module, _ in random:
        module.p = 0.0
    if plain:
        source = torch.Generator().manual_seed(1000)
        x = torch.rand(batch, 3, side, side, generator=source) * 2 - 1
        tensors, metadata = {"x": x, "y": torch.randint(CLASSES, (batch,), generator=source)}, {}
    else:
        tensors, metadata = golden(net, side, batch, LIMIT_FULL if full else LIMIT)
    write_safetensors(folder / f"{name}.safetensors", tensors, metadata)
    for module, p in random:
        module.p = p
    files(net, name, folder, side, full)
    count = sum(p.numel() for p in net.parameters())
    losses = [float(tensors[loss]) for loss in ["loss.eval", "loss.train"] if loss in tensors]
    print(name, count, "parameters", metadata, "loss", *losses, flush=True)


def files(net, name, folder, side, full):
    """Exports a network in all kinds."""
    opset = OPSETS.get(name, 13)
    x = torch.zeros(2, 3, side, side)
    once = name == "swin_t" and not full  # thousands of nodes around shapes: one file of the small one is enough
    if not once:
        export(net.eval(), x, folder / f"{name}.folded.onnx", opset_version=opset)
    mode = torch.onnx.TrainingMode
    export(net.eval(), x, folder / f"{name}.onnx", opset_version=opset, training=mode.PRESERVE, do_constant_folding=False)
    if not full and not once:
        training = dict(training=mode.TRAINING, do_constant_folding=False)
        for module in net.modules():
            if isinstance(module, StochasticDepth):
                module.p = 0.0  # PyTorch cannot export it
            if isinstance(module, nn.BatchNorm2d):
                module.momentum = 0.0  # the exporter runs the network, which must not change its statistics
        export(net.train(), x, folder / f"{name}.training.onnx", opset_version=max(opset, 12), **training)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("folder", type=pathlib.Path)
    arguments.add_argument("names", nargs="*", default=list(NETWORKS))
    arguments.add_argument("--full", action="store_true")
    arguments.add_argument("--plain", action="store_true")
    given = arguments.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    for name in given.names:
        make(name, given.folder, given.full or given.plain, given.plain)
