"""Writes digests of what PIL's resize, torchvision's and timm's evaluation transforms give, for the tests of src/data.

    python3 tests/goldens/make-resize.py     (Pillow 9.4, torchvision 0.14, timm 0.9.16)

Images are made by the formula below, which the tests have too. Each case holds what was asked and the SHA-256 of the
bytes that came out.
"""

import hashlib
import json
import pathlib

import numpy as np
from PIL import Image
from timm.data.transforms_factory import transforms_imagenet_eval
from torchvision.transforms import CenterCrop, Compose, InterpolationMode, Resize

FILTERS = {
    "nearest": Image.NEAREST,
    "box": Image.BOX,
    "bilinear": Image.BILINEAR,
    "hamming": Image.HAMMING,
    "bicubic": Image.BICUBIC,
    "lanczos": Image.LANCZOS,
}
MODES = {name: InterpolationMode(name) for name in FILTERS}


def image(width, height, channels, hard):
    """Noise of a linear congruential generator; where it is hard, every byte is 0 or 255, so that filters overshoot."""
    n = width * height * channels
    state = 12345
    data = np.empty(n, np.uint8)
    for i in range(n):
        state = (state * 1664525 + 1013904223) % 2**32
        data[i] = state >> 24
    if hard:
        data = np.where(data < 128, 0, 255).astype(np.uint8)
    return Image.fromarray(data.reshape(height, width, channels).squeeze(2) if channels == 1 else data.reshape(height, width, channels))


RESIZES = [
    # width, height -> width, height
    ((23, 17), (9, 7)),
    ((23, 17), (40, 31)),
    ((23, 17), (23, 5)),
    ((23, 17), (46, 17)),
    ((23, 17), (23, 17)),
    ((1, 1), (5, 7)),
    ((1, 1), (1, 1)),
    ((2, 2), (101, 99)),
    ((1, 300), (3, 2)),
    ((300, 1), (2, 9)),
    ((320, 3), (3, 160)),
    ((301, 299), (1, 1)),
    ((333, 250), (128, 96)),
    ((2, 500), (64, 128)),
]
BOXES = [((23, 17), (12, 12), (3, 2, 20, 11)), ((23, 17), (12, 12), (1.3, 2.7, 20.1, 15.9)), ((23, 17), (50, 9), (0.25, 0, 0.75, 17))]
CROPS = [
    # width, height, short side, input height and width
    ((250, 188), 128, (112, 112)),
    ((188, 250), 117, (112, 112)),
    ((97, 101), 128, (112, 112)),
    ((1, 400), 128, (112, 112)),
    ((300, 1), 64, (56, 56)),
    ((101, 64), 37, (48, 48)),
    ((64, 101), 41, (48, 48)),
    ((50, 50), 51, (40, 61)),
    ((50, 47), 64, (31, 50)),
    ((3, 2), 2, (9, 9)),
]
EVALUATIONS = [
    # width, height, input height and width, crop_pct
    ((250, 188), (112, 112), 0.875),
    ((188, 250), (112, 112), 0.95),
    ((97, 101), (112, 112), 1.0),
    ((250, 188), (128, 64), 0.875),
    ((188, 250), (128, 64), 0.9),
    ((250, 188), (48, 80), 1.0),
    ((61, 43), (97, 131), 0.875),
    ((43, 61), (48, 80), 1.3),
    ((33, 37), (40, 24), 0.5),
    ((2, 3), (17, 33), 0.965),
    ((1, 1), (24, 40), 0.875),
    ((300, 9), (56, 64), 0.875),
    ((9, 300), (56, 56), 1.0),
]
MEANS = {3: (0.485, 0.456, 0.406), 1: (0.5,)}


def nearest(source, short, height, width, filter):
    """Sides to the nearest pixel, the place of the cut down."""
    ratio = min(source.size) / short
    resized = source.resize([round(side / ratio) for side in source.size], filter)
    left, top = (resized.width - width) // 2, (resized.height - height) // 2
    return resized.crop((left, top, left + width, top + height))


def digest(result):
    return hashlib.sha256(result.tobytes()).hexdigest()


def main():
    resizes, crops, evaluations = [], [], []
    for channels in (3, 1):
        for hard in (False, True):
            for interpolation in FILTERS:
                how = dict(channels=channels, hard=hard, interpolation=interpolation)
                boxed = [(size, to, (0, 0, *size)) for size, to in RESIZES] + BOXES
                for size, to, box in boxed:
                    result = image(*size, channels, hard).resize(to, FILTERS[interpolation], box=box)
                    resizes.append(dict(size=size, to=to, box=box, **how, sha256=digest(result)))
                for size, short, (height, width) in CROPS:
                    result = Compose([Resize(short, MODES[interpolation]), CenterCrop((height, width))])(image(*size, channels, hard))
                    assert result.size == (width, height)
                    asked = dict(size=size, resize=short, height=height, width=width, **how)
                    crops.append(dict(**asked, rounding="torchvision", sha256=digest(result)))
                    if min(size) > 3 and short >= max(height, width):
                        result = nearest(image(*size, channels, hard), short, height, width, FILTERS[interpolation])
                        crops.append(dict(**asked, rounding="nearest", sha256=digest(result)))
    for size, (height, width), crop_pct in EVALUATIONS:
        for crop_mode in ("center", "squash", "border"):
            for i, interpolation in enumerate(FILTERS):
                channels = 1 if i % 3 == 1 else 3
                transform = transforms_imagenet_eval(
                    (height, width), crop_pct, crop_mode, None, interpolation, MEANS[channels], use_prefetcher=True
                )
                result = np.moveaxis(transform(image(*size, channels, True)), 0, 2)
                assert result.shape == (height, width, channels)
                how = dict(channels=channels, hard=True, interpolation=interpolation)
                asked = dict(size=size, height=height, width=width, cropPct=crop_pct, cropMode=crop_mode)
                evaluations.append(dict(**asked, **how, mean=MEANS[channels], sha256=digest(result)))
    path = pathlib.Path(__file__).parent / "resize.json"
    lists = {"resizes": resizes, "crops": crops, "evaluations": evaluations}
    path.write_text("{" + ",\n".join(f'"{name}": [\n' + ",\n".join(map(json.dumps, cases)) + "\n]" for name, cases in lists.items()) + "}\n")


main()
