"""Writes what PyTorch computes for operators that slide windows or move pixels, for src/ops/torch-spatial.test.ts.

    python3 tests/goldens/make-spatial.py    (PyTorch 1.13, NumPy; seconds, always the same bytes)

Every case pairs a PyTorch function with the ONNX node that PyTorch's exporter writes for it. Inputs and the vector u are
computed from their names on both sides (`between` in make.py), inputs in [-1, 1). The file holds y = f(inputs) and the
gradients of <u, y> for all inputs, computed in double precision, in float32 and base64. Where `ties` is given, inputs
are rounded to multiples of 1/2, so that many pixels are equal.
"""

import json
import pathlib

import torch
from make import between, packed
from torch.nn import functional as F


def pads(*padding):
    return [*padding, *padding]


def pool(op, kernel, stride, padding, ceil, function, **extra):
    attributes = dict(kernel_shape=kernel, strides=stride, pads=pads(*padding), ceil_mode=ceil, **extra)
    return dict(op=op, attributes=attributes, f=function)


def max_pool(shape, kernel, stride, padding, ceil=0, dilation=None, ties=False):
    dims = len(kernel)
    function = [F.max_pool1d, F.max_pool2d, F.max_pool3d][dims - 1]
    dilation = dilation or [1] * dims
    case = pool("MaxPool", kernel, stride, padding, ceil,
                lambda x: function(x, kernel, stride, padding, dilation, bool(ceil)), dilations=dilation)
    return dict(case, inputs=[shape], ties=ties)


def avg_pool(shape, kernel, stride, padding, ceil, count):
    function = [F.avg_pool1d, F.avg_pool2d, F.avg_pool3d][len(kernel) - 1]
    case = pool("AveragePool", kernel, stride, padding, ceil,
                lambda x: function(x, kernel, stride, padding, bool(ceil), bool(count)), count_include_pad=count)
    return dict(case, inputs=[shape])


def conv(shape, weights, stride, padding, dilation, groups):
    function = [F.conv1d, F.conv2d, F.conv3d][len(stride) - 1]
    attributes = dict(strides=stride, pads=pads(*padding), dilations=dilation, group=groups)
    return dict(op="Conv", attributes=attributes, inputs=[shape, weights, [weights[0]]],
                f=lambda x, w, b: function(x, w, b, stride, padding, dilation, groups))


def conv_transpose(shape, weights, stride, padding, output_padding, groups, dilation):
    function = [F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d][len(stride) - 1]
    attributes = dict(strides=stride, pads=pads(*padding), output_padding=output_padding, group=groups, dilations=dilation)
    return dict(op="ConvTranspose", attributes=attributes, inputs=[shape, weights, [weights[1] * groups]],
                f=lambda x, w, b: function(x, w, b, stride, padding, output_padding, groups, dilation))


def interpolate(shape, mode, align=None, size=None, scale=None):
    where = "align_corners" if align else "asymmetric" if mode == "nearest" else "pytorch_half_pixel"
    onnx_mode = {"nearest": "nearest", "bicubic": "cubic"}.get(mode, "linear")
    attributes = dict(mode=onnx_mode, coordinate_transformation_mode=where, nearest_mode="floor", cubic_coeff_a=-0.75)
    given = dict(sizes=[*shape[:2], *size]) if size else dict(scales=[1, 1, *scale])
    corners = {} if align is None else dict(align_corners=align)
    return dict(op="Resize", attributes=attributes, inputs=[shape], **given,
                f=lambda x: F.interpolate(x, size=size, scale_factor=scale, mode=mode, **corners))


def pad(shape, padding, mode):
    """`padding` as PyTorch has it: the last axis first, before and after."""
    dims = len(padding) // 2
    before = [0] * (len(shape) - dims) + padding[0::2][::-1]
    after = [0] * (len(shape) - dims) + padding[1::2][::-1]
    onnx = {"replicate": "edge", "circular": "wrap"}.get(mode, mode)
    return dict(op="Pad", attributes=dict(mode=onnx), inputs=[shape], pads=before + after,
                f=lambda x: F.pad(x, padding, mode))


CASES = {
    "max pool, ceil mode, odd sizes": max_pool([2, 3, 7, 8], [3, 3], [2, 2], [1, 1], 1),
    "max pool, ceil mode, a last window that would begin in the padding": max_pool([1, 2, 5, 4], [2, 2], [2, 3], [1, 1], 1),
    "max pool, overlapping, equal pixels": max_pool([2, 2, 7, 7], [3, 3], [1, 1], [1, 1], ties=True),
    "max pool, apart, equal pixels": max_pool([2, 2, 6, 7], [2, 2], [2, 2], [0, 0], ties=True),
    "max pool, dilated": max_pool([1, 2, 9, 10], [3, 2], [2, 1], [1, 1], 1, [2, 3]),
    "max pool along one axis": max_pool([2, 3, 11], [3], [2], [1], 1),
    "max pool of a volume": max_pool([1, 2, 5, 4, 6], [2, 3, 2], [2, 1, 2], [1, 1, 0], 1, ties=True),
    "conv, grouped, dilated, strided": conv([2, 6, 9, 11], [4, 3, 3, 2], [2, 3], [2, 1], [2, 1], 2),
    "conv, depthwise with multiplier": conv([2, 3, 7, 6], [6, 1, 3, 3], [2, 1], [1, 2], [1, 2], 3),
    "conv, first layer": conv([2, 3, 15, 14], [4, 3, 7, 7], [2, 2], [3, 3], [1, 1], 1),
    "conv along one axis": conv([2, 4, 13], [6, 2, 3], [2], [2], [2], 2),
    "conv along one axis, as ECA has it": conv([3, 1, 16], [1, 1, 5], [1], [2], [1], 1),
    "conv of a volume": conv([1, 2, 4, 5, 6], [4, 1, 2, 3, 3], [1, 2, 2], [1, 0, 1], [1, 1, 2], 2),
    "conv transpose, output padding, groups": conv_transpose([2, 4, 4, 5], [4, 3, 3, 4], [2, 3], [1, 1], [1, 2], 2, [1, 1]),
    "conv transpose, dilated": conv_transpose([1, 2, 4, 3], [2, 3, 3, 3], [1, 2], [0, 2], [0, 1], 1, [2, 2]),
    "conv transpose along one axis": conv_transpose([2, 4, 6], [4, 2, 4], [3], [1], [2], 1, [1]),
    "conv transpose of a volume": conv_transpose([1, 2, 3, 2, 3], [2, 2, 2, 3, 3], [2, 1, 2], [0, 1, 1], [1, 0, 1], 1, [1, 1, 1]),
    "nearest, up by odd factors": interpolate([1, 2, 4, 5], "nearest", size=[12, 25]),
    "nearest, to any size": interpolate([1, 2, 5, 7], "nearest", size=[8, 3]),
    "nearest, by a scale": interpolate([1, 2, 5, 7], "nearest", scale=[2.5, 1.3]),
    "bilinear, up": interpolate([1, 2, 4, 5], "bilinear", False, size=[12, 7]),
    "bilinear, down": interpolate([1, 2, 10, 9], "bilinear", False, size=[3, 4]),
    "bilinear, by a scale": interpolate([1, 2, 6, 5], "bilinear", False, scale=[1.7, 0.6]),
    "bilinear, corners aligned, up": interpolate([1, 2, 4, 5], "bilinear", True, size=[12, 7]),
    "bilinear, corners aligned, down": interpolate([1, 2, 10, 9], "bilinear", True, size=[3, 1]),
    "bicubic": interpolate([1, 2, 5, 6], "bicubic", False, size=[8, 4]),
    "bicubic, corners aligned": interpolate([1, 2, 5, 6], "bicubic", True, size=[7, 9]),
    "linear along one axis": interpolate([1, 2, 7], "linear", False, size=[12]),
    "trilinear": interpolate([1, 1, 3, 4, 2], "trilinear", True, size=[5, 3, 4]),
    "reflect pad": pad([1, 2, 4, 5], [2, 3, 1, 0], "reflect"),
    "replicate pad": pad([1, 2, 4, 5], [2, 3, 1, 4], "replicate"),
    "replicate pad of a volume": pad([1, 1, 3, 2, 4], [1, 2, 3, 0, 1, 1], "replicate"),
    "circular pad": pad([1, 2, 4, 5], [2, 3, 1, 4], "circular"),
    "cropping pad": pad([1, 2, 6, 5], [-1, 2, 1, -2], "constant"),
    "pixel shuffle": dict(op="DepthToSpace", attributes=dict(blocksize=3, mode="CRD"), inputs=[[1, 18, 2, 3]],
                          f=lambda x: F.pixel_shuffle(x, 3)),
    "global max pool, equal pixels": dict(op="GlobalMaxPool", attributes={}, inputs=[[2, 3, 4, 5]], ties=True,
                                          f=lambda x: F.adaptive_max_pool2d(x, 1)),
}
for ceil in [0, 1]:
    for count in [0, 1]:
        name = f"{'ceil' if ceil else 'floor'} mode, {'with' if count else 'without'} the padding"
        CASES |= {
            f"average pool, odd sizes, {name}": avg_pool([2, 2, 7, 8], [3, 3], [2, 2], [1, 1], ceil, count),
            f"average pool, {name}": avg_pool([1, 2, 6, 5], [4, 2], [3, 2], [2, 1], ceil, count),
            f"average pool along one axis, {name}": avg_pool([1, 2, 10], [3], [2], [1], ceil, count),
            f"average pool of a volume, {name}": avg_pool([1, 1, 4, 5, 6], [2, 3, 3], [2, 2, 1], [1, 1, 1], ceil, count),
        }


def input_of(name, i, shape, ties):
    x = between(f"{name}.{i}", shape, -1, 1)
    return (x * 2).round() / 2 if ties else x


def golden(name, case):
    f, ties = case.pop("f"), case.get("ties", False)
    inputs = [input_of(name, i, shape, ties).requires_grad_() for i, shape in enumerate(case["inputs"])]
    y = f(*inputs)
    u = between(f"{name}.u", list(y.shape), -1, 1)
    gradients = torch.autograd.grad((y * u).sum(), inputs)
    made = dict(shape=list(y.shape), y=packed(y.detach()), gradients=[packed(gradient) for gradient in gradients])
    return {"name": name, **case, **made}


if __name__ == "__main__":
    lines = [json.dumps(golden(name, case)) for name, case in CASES.items()]
    path = pathlib.Path(__file__).parent / "spatial.jsonl"
    path.write_text("\n".join(lines) + "\n")
    print(path.name, len(lines), "cases,", path.stat().st_size, "bytes")
