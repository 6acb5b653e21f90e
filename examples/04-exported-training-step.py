"""Trains with an exported training step from Python, with ONNX Runtime alone and no training framework.

Needs onnxruntime, numpy and safetensors (pip install onnxruntime numpy safetensors), which senet itself never does.
Run: npx senet export seresnet20 --training --batch 16 --out step
     python3 examples/04-exported-training-step.py step
"""

import pathlib
import sys

import numpy as np
import onnxruntime
from safetensors.numpy import load_file

folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "step")
session = onnxruntime.InferenceSession(folder / "step.onnx", providers=["CPUExecutionProvider"])
state = load_file(folder / "state.safetensors")
shapes = {value.name: value.shape for value in session.get_inputs()}
outputs = [value.name for value in session.get_outputs()]

batch = shapes["x"][0]
feeds = {
    "x": np.sin(np.arange(np.prod(shapes["x"]), dtype=np.float64) ** 2).astype(np.float32).reshape(shapes["x"]),
    "y": np.arange(batch, dtype=np.int64) % 2,
    "lr": np.float32(0.05).reshape(()),
    "momentum": np.float32(0.9).reshape(()),
    "apply": np.array(True),
    "y2": np.arange(batch, dtype=np.int64) % 2,
    "mix": np.ones(batch, dtype=np.float32),
}
feeds = {name: value for name, value in feeds.items() if name in shapes}

for step in range(1, 11):
    results = dict(zip(outputs, session.run(outputs, {**state, **feeds})))
    state = {name: results.get(f"next.{name}", value) for name, value in state.items()}
    if step in (1, 10):
        print(f"step {step}: loss {results['loss']:.4f}")
