"""Writes small image files of many kinds and the pixels PIL reads from them, for src/data/node/decode.test.ts.

    python3 tests/goldens/make-images.py     (Pillow 9.4)

Each case holds the file, base64, and what `ImageOps.exif_transpose(image).convert("RGB")` gives.
"""

import base64
import io
import json
import pathlib

import numpy as np
from PIL import Image, ImageOps

W, H = 40, 24
y, x = np.mgrid[0:H, 0:W]
colour = np.stack([x * 6, y * 10, 255 - x * 3 - y * 4], -1).astype(np.uint8)
grey = (x * 4 + y * 3).astype(np.uint8)
alpha = (x * 6).astype(np.uint8)  # from wholly transparent on


def file(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def turned(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def main():
    rgb = Image.fromarray(colour, "RGB")
    files = {
        "png": file(rgb, "PNG"),
        "png grey": file(Image.fromarray(grey, "L"), "PNG"),
        "png 1 bit": file(Image.fromarray((grey > 90)), "PNG"),
        "png grey alpha": file(Image.merge("LA", [Image.fromarray(grey), Image.fromarray(alpha)]), "PNG"),
        "png alpha": file(Image.merge("RGBA", [*rgb.split(), Image.fromarray(alpha)]), "PNG"),
        "png palette": file(rgb.quantize(32), "PNG"),
        "png palette alpha": file(rgb.quantize(32), "PNG", transparency=3),
        "webp": file(rgb, "WEBP", lossless=True),
        "gif": file(rgb.quantize(32), "GIF"),
        "jpeg": file(rgb, "JPEG", quality=95),
        "jpeg grey": file(Image.fromarray(grey, "L"), "JPEG", quality=95),
        "jpeg cmyk": file(rgb.convert("CMYK"), "JPEG", quality=95),
        "jpeg progressive": file(rgb, "JPEG", quality=90, progressive=True, subsampling=0),
        **{f"jpeg turned {n}": file(rgb, "JPEG", quality=95, exif=turned(n)) for n in range(2, 9)},
    }
    cases = []
    for name, data in files.items():
        image = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
        cases.append(
            dict(
                name=name,
                width=image.width,
                height=image.height,
                file=base64.b64encode(data).decode(),
                pixels=base64.b64encode(image.tobytes()).decode(),
            )
        )
    path = pathlib.Path(__file__).parent / "images.json"
    path.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")


main()
