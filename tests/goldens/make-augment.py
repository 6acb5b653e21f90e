"""Writes what PIL and torchvision make of a small image, for src/data/augment/pil.test.ts to compare with.

    python3 tests/goldens/make-augment.py     (Pillow 9.4, torchvision 0.14)

Each case holds the name of an operation, its arguments, the image it starts from and the bytes that come out, base64.
"""

import base64
import json
import pathlib

import numpy as np
from PIL import Image, ImageEnhance, ImageOps
from torchvision.transforms import functional as F

W, H = 23, 17


def images():
    """A smooth image with noise, one of few colours and low contrast, and a grey one."""
    y, x = np.mgrid[0:H, 0:W]
    rng = np.random.RandomState(7)
    smooth = np.stack([x * 11, y * 15, (x + y) * 6], -1) + rng.randint(-12, 13, (H, W, 3))
    flat = 90 + (np.stack([x // 6, y // 5, (x * y) % 3], -1)) * 13
    grey = (np.sin(x / 3) * np.cos(y / 4) * 90 + 128).repeat(1)
    return {
        "smooth": Image.fromarray(smooth.clip(0, 255).astype(np.uint8), "RGB"),
        "flat": Image.fromarray(flat.astype(np.uint8), "RGB"),
        "grey": Image.fromarray(grey.reshape(H, W).astype(np.uint8), "L"),
    }


FILL = (124, 116, 104)
METHODS = {"bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC}


def affine(image, matrix, method):
    fill = FILL if image.mode == "RGB" else FILL[0]
    return image.transform(image.size, Image.AFFINE, matrix, resample=METHODS[method], fillcolor=fill)


def rotate(image, degrees, method):
    fill = FILL if image.mode == "RGB" else FILL[0]
    return image.rotate(degrees, resample=METHODS[method], fillcolor=fill)


def solarize_add(image, amount):
    table = [min(255, i + amount) if i < 128 else i for i in range(256)]
    return image.point(table * len(image.getbands()))


OPERATIONS = {
    "autoContrast": (ImageOps.autocontrast, [[]]),
    "equalize": (ImageOps.equalize, [[]]),
    "invert": (ImageOps.invert, [[]]),
    "posterize": (ImageOps.posterize, [[1], [4], [0], [8]]),
    "solarize": (ImageOps.solarize, [[0], [100], [256]]),
    "solarizeAdd": (solarize_add, [[0], [55], [110]]),
    "saturation": (lambda i, f: ImageEnhance.Color(i).enhance(f), [[0.1], [0.73], [1.9]]),
    "contrast": (lambda i, f: ImageEnhance.Contrast(i).enhance(f), [[0.1], [0.73], [1.9]]),
    "brightness": (lambda i, f: ImageEnhance.Brightness(i).enhance(f), [[0.1], [0.73], [1.9]]),
    "sharpness": (lambda i, f: ImageEnhance.Sharpness(i).enhance(f), [[0.1], [0.73], [1.9]]),
    "hue": (F.adjust_hue, [[-0.5], [-0.1], [0.07], [0.31]]),
    "rotate": (rotate, [[d, m] for d in (27, -12.5, 90) for m in METHODS]),
    "shearX": (lambda i, f, m: affine(i, (1, f, 0, 0, 1, 0), m), [[f, m] for f in (0.27, -0.1) for m in METHODS]),
    "shearY": (lambda i, f, m: affine(i, (1, 0, 0, f, 1, 0), m), [[f, m] for f in (0.27, -0.1) for m in METHODS]),
    "translateX": (
        lambda i, f, m: affine(i, (1, 0, f * i.size[0], 0, 1, 0), m),
        [[f, m] for f in (0.405, -0.2) for m in METHODS],
    ),
    "translateY": (
        lambda i, f, m: affine(i, (1, 0, 0, 0, 1, f * i.size[1]), m),
        [[f, m] for f in (0.405, -0.2) for m in METHODS],
    ),
    "resize": (
        lambda i, w, h, box, m: i.resize((w, h), METHODS[m], box=box),
        [
            [w, h, box, m]
            for w, h, box in [(9, 7, (0, 0, W, H)), (40, 31, (0, 0, W, H)), (12, 12, (3, 2, 20, 11)), (23, 5, (0, 0, W, H))]
            for m in METHODS
        ],
    ),
}


def encoded(image):
    return base64.b64encode(image.tobytes()).decode()


def main():
    sources = images()
    cases = []
    for name, (function, argument_lists) in OPERATIONS.items():
        for arguments in argument_lists:
            for source, image in sources.items():
                result = function(image, *arguments)
                assert result.mode == image.mode, (name, result.mode)
                cases.append(dict(name=name, arguments=arguments, source=source, expected=encoded(result)))
    heads = {
        name: dict(width=W, height=H, channels=len(image.getbands()), data=encoded(image))
        for name, image in sources.items()
    }
    path = pathlib.Path(__file__).parent / "augment.json"
    lines = ",\n".join(json.dumps(case) for case in cases)
    path.write_text(f'{{"images": {json.dumps(heads)},\n"fill": {json.dumps(FILL)},\n"cases": [\n{lines}\n]}}\n')


main()
