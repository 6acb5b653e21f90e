"""Evaluates tf_mobilenetv3_small_100 on labelled photos with timm's model and PyTorch's DataLoader, as a yardstick.

Usage: torch_eval.py LABELS.csv WEIGHTS.safetensors BATCH WORKERS THREADS      (PYTHONPATH holds timm, if not installed)

Prints the version of PyTorch; then, for every line read from standard input, makes a pass over the photos and prints
its seconds, the processor's seconds in all processes, and top-1 in percent, as a JSON list.
"""

import csv
import json
import os
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


def frame(image):
    """The short side to 256 and the long one to the nearest pixel, then the middle, as the network's logits were made."""
    scale = 256 / min(image.size)
    image = image.resize([round(side * scale) for side in image.size], Image.BICUBIC)
    left, top = [(side - 224) // 2 for side in image.size]
    return image.crop((left, top, left + 224, top + 224))


class Photos(Dataset):
    def __init__(self, table):
        self.folder = table.parent
        self.rows = list(csv.DictReader(table.open()))
        steps = [frame, transforms.ToTensor(), transforms.Normalize(0.5, 0.5)]
        self.transform = transforms.Compose(steps)

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        row = self.rows[index]
        image = Image.open(self.folder / row["file"]).convert("RGB")
        return self.transform(image), int(row["index"])


def safetensors(path):
    data = pathlib.Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    types = {"F32": np.float32, "I64": np.int64}
    tensors = {}
    for name, entry in json.loads(data[8 : 8 + length]).items():
        if name != "__metadata__":
            first, last = (8 + length + offset for offset in entry["data_offsets"])
            values = np.frombuffer(data[first:last], types[entry["dtype"]]).reshape(entry["shape"])
            tensors[name] = torch.from_numpy(values.copy())
    return tensors


def processor_seconds():
    """Of this process and its workers, which live on."""
    pids = pathlib.Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    ticks = 0
    for pid in [str(os.getpid()), *pids]:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def main():
    table, weights, batch, workers, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    model = create_model("tf_mobilenetv3_small_100").eval()
    model.load_state_dict(safetensors(weights))
    photos = Photos(pathlib.Path(table))
    loader = DataLoader(photos, int(batch), num_workers=int(workers), persistent_workers=int(workers) > 0)
    print(torch.__version__, flush=True)
    for _ in sys.stdin:
        started, used = time.perf_counter(), processor_seconds()
        right = 0
        with torch.inference_mode():
            for x, y in loader:
                right += int((model(x).argmax(1) == y).sum())
        seconds = time.perf_counter() - started
        print(json.dumps([seconds, processor_seconds() - used, 100 * right / len(photos)]), flush=True)


main()
