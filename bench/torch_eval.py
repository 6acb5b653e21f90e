"""Evaluates tf_mobilenetv3_small_100 on labelled photos with timm's model and PyTorch's DataLoader, as a yardstick.

Usage: torch_eval.py LABELS.csv WEIGHTS.safetensors BATCH WORKERS THREADS      (PYTHONPATH holds timm, if not installed)

Prints the version of PyTorch; then, for every line read from standard input, makes a pass over the photos and prints
seconds and top-1 in percent as a JSON list. Decoding, resizing and normalising are torchvision's over PIL.
"""

import csv
import json
import pathlib
import struct
import sys
import time

import numpy as np
import torch
from PIL import Image
from timm.models import create_model
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms


class Photos(Dataset):
    def __init__(self, table):
        self.folder = table.parent
        self.rows = list(csv.DictReader(table.open()))
        self.transform = transforms.Compose(
            [
                transforms.Resize(256, transforms.InterpolationMode.BICUBIC),
                transforms.CenterCrop(224),
                transforms.ToTensor(),
                transforms.Normalize(0.5, 0.5),
            ]
        )

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        row = self.rows[index]
        image = Image.open(self.folder / row["file"]).convert("RGB")
        return self.transform(image), int(row["index"])


def safetensors(path):
    data = pathlib.Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    types = {"F32": np.float32, "I64": np.int64}
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        first, last = (8 + length + offset for offset in entry["data_offsets"])
        values = np.frombuffer(data[first:last], types[entry["dtype"]]).reshape(entry["shape"])
        tensors[name] = torch.from_numpy(values.copy())
    return tensors


def main():
    table, weights, batch, workers, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    model = create_model("tf_mobilenetv3_small_100").eval()
    missing, surplus = model.load_state_dict(safetensors(weights), strict=False)
    assert not surplus and all(name.endswith("num_batches_tracked") for name in missing), (missing, surplus)
    photos = Photos(pathlib.Path(table))
    print(torch.__version__, flush=True)
    for _ in sys.stdin:
        started = time.perf_counter()
        right = 0
        with torch.inference_mode():
            for x, y in DataLoader(photos, int(batch), num_workers=int(workers)):
                right += int((model(x).argmax(1) == y).sum())
        print(json.dumps([time.perf_counter() - started, 100 * right / len(photos)]), flush=True)


main()
