"""Writes the operator tests of the installed package `onnx` as files, for versions that make them when they are asked
for (from 1.20 on): python write-node-data.py FOLDER"""

import pathlib
import sys

import onnx
from onnx import numpy_helper
from onnx.backend.test.loader import load_model_tests

folder = pathlib.Path(sys.argv[1])


def proto(value):
    """A tensor as a message; sequences and values that are left out have none that we read."""
    if isinstance(value, onnx.TensorProto):
        return value
    return numpy_helper.from_array(value) if hasattr(value, "dtype") else None


for test in load_model_tests(kind="node"):
    data = folder / test.name / "test_data_set_0"
    data.mkdir(parents=True, exist_ok=True)
    (folder / test.name / "model.onnx").write_bytes(test.model.SerializeToString())
    for kind, tensors in zip(("input", "output"), test.data_sets[0]):
        for i, value in enumerate(tensors):
            message = proto(value)
            if message is not None:
                (data / f"{kind}_{i}.pb").write_bytes(message.SerializeToString())
