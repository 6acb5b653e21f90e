"""Writes small checkpoints as PyTorch saves them, for src/weights/pth/pth.test.ts to read.

    /usr/bin/python3 tests/goldens/make-pth.py

Made with PyTorch 1.13. checkpoint.*: a training checkpoint whose tensors are views, strided, shared, repeated, empty, of
every type; zip is the form of PyTorch 1.6 and later, legacy the one before, protocol4 the former with another pickle, big
the former as a big-endian machine writes it (made here by turning the bytes round, as PyTorch 2.1 does on loading).
training.*: what train scripts keep beside the weights, by classes that mean nothing here. module.*: a module saved whole.
parallel.*: the state dict of a DataParallel module. expected.json: what lies in them.
"""

import argparse
import dataclasses
import datetime
import enum
import functools
import io
import json
import pathlib
import pickle
import zipfile
from collections import Counter, OrderedDict, defaultdict

import numpy as np
import torch

HERE = pathlib.Path(__file__).parent / "pth"


def numbers(*shape, dtype=torch.float32):
    count = 1
    for size in shape:
        count *= size
    return ((torch.arange(count) * 7 % 23).double() / 4 - 2).reshape(shape).to(dtype)


def tensors():
    base = numbers(6, 4)
    return OrderedDict(
        plain=numbers(2, 3),
        parameter=torch.nn.Parameter(numbers(3, 2)),
        whole=base,
        rows=base[2:5],
        columns=base[:, 1:3],
        turned=base.t(),
        steps=base[1::2, ::3],
        repeated=numbers(3, 1).expand(3, 4),
        channels_last=numbers(2, 3, 2, 2).contiguous(memory_format=torch.channels_last),
        one_by_one=numbers(2, 3, 1, 1).contiguous(memory_format=torch.channels_last),
        none=torch.empty(0, 3),
        scalar=torch.tensor(2.5),
        half=numbers(5, dtype=torch.float16),
        brain=numbers(5, dtype=torch.bfloat16),
        double=numbers(2, 2, dtype=torch.float64),
        int64=torch.tensor([-(2**40), 3]),
        int32=torch.tensor([-(2**30), 3], dtype=torch.int32),
        int16=torch.tensor([-300, 3], dtype=torch.int16),
        int8=torch.tensor([-128, 127], dtype=torch.int8),
        uint8=torch.tensor([0, 255], dtype=torch.uint8),
        bool=torch.tensor([True, False, True]),
    )


def checkpoint():
    return {
        "epoch": 3,
        "best": 91.5,
        "large": 2**70,
        "note": "Größe",
        "history": [1, -2, None, True, (0.5, "a")],
        "size": torch.Size([3, 4]),
        "dtype": torch.float16,
        "device": torch.device("cpu"),
        "optimizer": {"state": {0: {"momentum_buffer": torch.ones(2)}}, "param_groups": [{"lr": 0.1, "params": [0]}]},
        "state_dict": tensors(),
    }


def parallel():
    module = torch.nn.Sequential(OrderedDict(conv=torch.nn.Conv2d(1, 2, 1), bn=torch.nn.BatchNorm2d(2)))
    for tensor in module.state_dict().values():
        tensor.copy_(numbers(*tensor.shape, dtype=tensor.dtype))
    return torch.nn.DataParallel(module).state_dict()


class Kind(enum.Enum):
    BEST = "best"


@dataclasses.dataclass
class Settings:
    rate: float = 0.1
    kinds: tuple = (Kind.BEST,)


def training():
    """Everything that train scripts of timm, torchvision, Lightning and others were seen to keep."""
    return {
        "args": argparse.Namespace(lr=0.1, data=pathlib.PurePosixPath("/data"), when=datetime.datetime(2024, 1, 2)),
        "settings": Settings(),
        "kind": Kind.BEST,
        "best": np.float64(91.5),
        "curve": np.arange(4, dtype=np.float32),
        "counts": Counter("aab"),
        "groups": defaultdict(list, a=[1]),
        "names": {"a", "b"},
        "frozen": frozenset([1, 2]),
        "call": functools.partial(max, 1),
        "size": torch.Size([2]),
        "device": torch.device("cpu"),
        "dtype": torch.float32,
        "optimizer": {"state": defaultdict(dict, {0: {"step": torch.tensor(1.0)}}), "param_groups": []},
        "state_dict": OrderedDict(weight=numbers(2, 3), n_averaged=torch.tensor(3)),
    }


class Part(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(1, 2, 1, bias=False)
        self.bn = torch.nn.BatchNorm2d(2)
        self.act = torch.nn.ReLU()
        self.register_buffer("passing", torch.ones(1), persistent=False)


def module():
    whole = torch.nn.DataParallel(torch.nn.Sequential(OrderedDict(first=Part(), last=torch.nn.Linear(2, 3))))
    for tensor in whole.state_dict().values():
        tensor.copy_(numbers(*tensor.shape, dtype=tensor.dtype))
    return whole


class Types(pickle.Unpickler):
    """Finds the width of every storage."""

    def __init__(self, data):
        super().__init__(io.BytesIO(data))
        self.widths = {}

    def persistent_load(self, id):
        self.widths[id[2]] = torch._utils._element_size(id[1].dtype)
        return None

    def find_class(self, module, name):
        if name.startswith("_rebuild"):
            return lambda *_: None
        return super().find_class(module, name)


def big_endian(source, target):
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as new:
        data = next(name for name in old.namelist() if name.endswith("/data.pkl"))
        folder = data[: -len("data.pkl")]
        types = Types(old.read(data))
        types.load()
        for name in old.namelist():
            content = old.read(name)
            key = name.removeprefix(f"{folder}data/")
            if key in types.widths:
                width = types.widths[key]
                content = b"".join(content[i : i + width][::-1] for i in range(0, len(content), width))
            new.writestr(zipfile.ZipInfo(name), content)
        new.writestr(zipfile.ZipInfo(f"{folder}byteorder"), "big")


def described(values):
    return {
        name: {"dtype": str(tensor.dtype), "shape": list(tensor.shape), "data": tensor.detach().double().flatten().tolist()}
        for name, tensor in values.items()
    }


HERE.mkdir(exist_ok=True)
for name, value in [("checkpoint", checkpoint()), ("parallel", parallel())]:
    torch.save(value, HERE / f"{name}.zip.pth")
    torch.save(value, HERE / f"{name}.legacy.pth", _use_new_zipfile_serialization=False)
torch.save(checkpoint(), HERE / "checkpoint.protocol4.pth", pickle_protocol=4)
for name, value in [("training", training()), ("module", module())]:
    torch.save(value, HERE / f"{name}.zip.pth")
    torch.save(value, HERE / f"{name}.protocol4.pth", pickle_protocol=4)
torch.save(training(), HERE / "training.legacy.pth", _use_new_zipfile_serialization=False)  # a module's holds sources
big_endian(HERE / "checkpoint.zip.pth", HERE / "checkpoint.big.pth")
expected = {"checkpoint": described(tensors()), "parallel": described(parallel())}
expected["module"] = described(module().state_dict())
(HERE / "expected.json").write_text(json.dumps(expected, indent=0) + "\n")
