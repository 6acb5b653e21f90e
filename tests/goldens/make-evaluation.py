"""Writes evaluation.json: what PyTorch and torchvision say of logits and of ten crops.

Usage: /usr/bin/python3 tests/goldens/make-evaluation.py   (Debian: python3-torch, python3-torchvision)

- metrics: logits rounded to three decimals with labels, and their cross-entropy, accuracies and expected calibration
  error. The last follows the definition of Guo et al. 2017 (arXiv:1706.04599) with 15 bins (low, high].
- crops: for images whose red and green are the column and the row, the colours at the left and right upper corner of
  each part that `TenCrop` gives.
- photo: the bytes of all ten parts of an image of images.json after `Resize`.
"""

import base64
import io
import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torchvision import transforms

here = pathlib.Path(__file__).parent
torch.manual_seed(5)


def metrics(images, classes, spread):
    logits = (torch.randn(images, classes) * spread).mul(1000).round().div(1000)
    labels = torch.randint(classes, (images,))
    sure = torch.rand(images) < 0.5
    labels[sure] = logits[sure].argmax(1)
    confidence, predicted = F.softmax(logits.double(), 1).max(1)
    right = predicted == labels
    ece = 0.0
    bins = []
    for low, high in zip(torch.linspace(0, 1, 16)[:-1].double(), torch.linspace(0, 1, 16)[1:].double()):
        inside = (confidence > low) & (confidence <= high)
        bins.append(int(inside.sum()))
        if inside.any():
            gap = (confidence[inside].mean() - right[inside].double().mean()).abs()
            ece += float(gap * inside.double().mean())
    top5 = logits.topk(min(5, classes), 1).indices.eq(labels[:, None]).any(1)
    return {
        "classes": classes,
        "logits": [round(value, 3) for value in logits.flatten().tolist()],
        "labels": labels.tolist(),
        "loss": float(F.cross_entropy(logits.double(), labels)),
        "top1": 100 * float(right.double().mean()),
        "top5": 100 * float(top5.double().mean()),
        "ece": ece,
        "bins": bins,
    }


def crops(width, height, part_width, part_height):
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[..., 0], pixels[..., 1] = np.arange(width)[None], np.arange(height)[:, None]
    parts = transforms.TenCrop((part_height, part_width))(Image.fromarray(pixels))
    corners = [[list(part.getpixel((x, 0)))[:2] for x in (0, part_width - 1)] for part in parts]
    return {"image": [width, height], "part": [part_width, part_height], "corners": corners}


def photo(name, short, size):
    case = next(case for case in json.loads((here / "images.json").read_text()) if case["name"] == name)
    image = Image.open(io.BytesIO(base64.b64decode(case["file"]))).convert("RGB")
    resized = transforms.Resize(short, transforms.InterpolationMode.BICUBIC)(image)
    parts = transforms.TenCrop(size)(resized)
    pixels = np.stack([np.asarray(part) for part in parts])
    return {"name": name, "short": short, "size": size, "parts": base64.b64encode(pixels.tobytes()).decode()}


document = {
    "metrics": [metrics(120, 8, 2), metrics(60, 20, 1), metrics(50, 3, 6)],
    "crops": [crops(*sizes) for sizes in [(20, 16, 16, 16), (27, 16, 11, 15), (19, 22, 8, 9), (9, 9, 9, 9)]],
    "photo": photo("png", 21, 16),
}
(here / "evaluation.json").write_text(json.dumps(document) + "\n")
