"""Writes small image files of many kinds and the pixels PIL reads from them, for src/data/node/decode/decode.test.ts.

    python3 tests/goldens/make-images.py     (Pillow 13.0)

Each case holds the file, base64, and what `ImageOps.exif_transpose(image).convert("RGB")` gives.
"""

import base64
import io
import json
import pathlib
import struct
import zlib

import numpy as np
from PIL import Image, ImageCms, ImageOps

W, H = 40, 24
y, x = np.mgrid[0:H, 0:W]
colour = np.stack([x * 6, y * 10, 255 - x * 3 - y * 4], -1).astype(np.uint8)
grey = (x * 4 + y * 3).astype(np.uint8)
alpha = (x * 6).astype(np.uint8)  # from wholly transparent on


def file(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def png(bits, colour_type, samples, *chunks):
    """A PNG of samples [H, W, C] that PIL does not write: of 16 bits, or less than 8, or with chunks of its own."""
    height, width, channels = samples.shape

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    if bits == 16:
        rows = [row.astype(">u2").tobytes() for row in samples]
    else:
        rows = [np.packbits(np.unpackbits(row.astype(np.uint8).reshape(-1, 1), axis=1)[:, 8 - bits :]).tobytes() for row in samples]
    head = struct.pack(">IIBBBBB", width, height, bits, colour_type, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + row for row in rows))
    parts = [chunk(b"IHDR", head), *[chunk(*one) for one in chunks], chunk(b"IDAT", body), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def bmp(bits, compression, height, masks=b"", palette=0, body=None):
    """A BMP of 40 pixels a row that PIL does not write."""
    body = body or (x * 1201 + y * 77).astype("<u2").tobytes()
    colours = b"".join(struct.pack("<I", 0x030A0F * i) for i in range(palette))
    head = struct.pack("<IiiHHIIiiII", 40, W, height, 1, bits, compression, len(body), 0, 0, palette, 0)
    offset = 14 + len(head) + len(masks) + len(colours)
    return b"BM" + struct.pack("<IHHI", offset + len(body), 0, 0, offset) + head + masks + colours + body


def runs(three):
    """Rows of 40 indices below 16, as runs, as they are (`three` of them), and skipped."""
    rows = [b"\x14\x0b\x14\x05", b"\x05\x03" + three + b"\x20\x07", b"\x0a\x0c\0\2\x14\0\x0a\x04"]
    return b"".join(rows[y % 3] + b"\0\0" for y in range(H)) + b"\0\1"


def turned(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


# A profile under which the colours would be others if it were applied.
wide = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()


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
        "jpeg cmyk progressive": file(rgb.convert("CMYK"), "JPEG", quality=70, progressive=True),
        "jpeg odd 4:2:0": file(rgb.crop((0, 0, 37, 21)), "JPEG", quality=75, subsampling=2),
        "jpeg odd 4:2:2": file(rgb.crop((0, 0, 37, 21)), "JPEG", quality=75, subsampling=1),
        "jpeg one pixel": file(rgb.crop((3, 3, 4, 4)), "JPEG"),
        "jpeg with a profile": file(rgb, "JPEG", quality=95, icc_profile=wide),
        "png 16 bit grey": png(16, 0, (x * 12 + y * 5)[..., None]),
        "png 16 bit grey alpha": png(16, 4, np.stack([x * 1500, y * 2700], -1)),
        "png 16 bit": png(16, 2, colour.astype(int) * 257 - 77 * (colour > 0)),
        "png 16 bit alpha": png(16, 6, np.dstack([colour.astype(int) * 256 + 201, x * 1600])),
        "png 2 bit grey": png(2, 0, ((x + y) % 4)[..., None]),
        "png 4 bit grey": png(4, 0, ((x + y) % 16)[..., None]),
        "png one colour transparent": png(8, 2, colour, (b"tRNS", struct.pack(">HHH", *map(int, colour[2, 3])))),
        "png one grey transparent": png(8, 0, grey[..., None], (b"tRNS", struct.pack(">H", int(grey[2, 3])))),
        "png palette alphas": file(rgb.quantize(32), "PNG", transparency=bytes(range(0, 256, 8))),
        "png turned 6": file(rgb, "PNG", exif=turned(6)),
        "webp turned 8": file(rgb, "WEBP", lossless=True, exif=turned(8)),
        "webp lossy": file(rgb, "WEBP", quality=80),
        "webp alpha": file(Image.merge("RGBA", [*rgb.split(), Image.fromarray(alpha)]), "WEBP", lossless=True, exact=True),
        "jpeg grey turned 5": file(Image.fromarray(grey, "L"), "JPEG", quality=95, exif=turned(5)),
        **{f"jpeg turned {n}": file(rgb, "JPEG", quality=95, exif=turned(n)) for n in range(2, 9)},
    }
    quantized = rgb.quantize(32)
    small = quantized.crop((0, 0, 12, 9))
    frame = bytearray(file(small, "GIF", transparency=5, optimize=False))
    frame[6:10] = struct.pack("<HH", 20, 15)  # a larger screen than its first frame
    files |= {
        "gif transparent": file(quantized, "GIF", transparency=3),
        "gif interlaced": file(quantized, "GIF", interlace=1),
        "gif grey": file(Image.fromarray(grey, "L"), "GIF"),
        "gif of few colours": file(rgb.quantize(3), "GIF"),
        "gif small first frame": bytes(frame),
        "bmp": file(rgb.crop((0, 0, 37, 21)), "BMP"),
        "bmp palette": file(quantized.crop((0, 0, 37, 21)), "BMP"),
        "bmp grey": file(Image.fromarray(grey, "L"), "BMP"),
        "bmp 1 bit": file(Image.fromarray(grey > 90).crop((0, 0, 37, 21)), "BMP"),
        "bmp alpha": file(Image.merge("RGBA", [*rgb.split(), Image.fromarray(alpha)]), "BMP"),
        "bmp 15 bit": bmp(16, 0, 24),
        "bmp 16 bit top down": bmp(16, 3, -24, struct.pack("<III", 0xF800, 0x7E0, 0x1F)),
        "bmp run lengths of 8 bits": bmp(8, 1, 24, palette=64, body=runs(b"\0\x03\x01\x02\x03\0")),
        "bmp run lengths of 4 bits": bmp(4, 2, 24, palette=16, body=runs(b"\0\x03\x12\x30")),
        "ppm": file(rgb, "PPM"),
        "pgm": file(Image.fromarray(grey, "L"), "PPM"),
        "pgm 16 bit": file(Image.fromarray((x * 12 + y * 5).astype(np.uint16)), "PPM"),
        "pbm": file(Image.fromarray(grey > 90).crop((0, 0, 37, 21)), "PPM"),
        "ppm of 100 levels": b"P6\n40 24\n100\n" + (colour // 3).tobytes(),
        "ppm of 1000 levels": b"P6 40 24 1000\n" + (colour.astype(">u2") * 3).tobytes(),
        "ppm as text": b"P3 # text\n40 24\n# most\n510\n" + b" ".join(b"%d" % value for value in colour.ravel()),
        "pgm as text": b"P2 40 24 200\n" + b"\n".join(b"%d" % value for value in grey.ravel() % 201),
        "pbm as text": b"P1\n40 24\n" + bytes(48 + (value > 90) for value in grey.ravel()),
        "tiff": file(rgb, "TIFF"),
        "tiff grey": file(Image.fromarray(grey, "L"), "TIFF", compression="tiff_lzw"),
        "tiff 1 bit": file(Image.fromarray(grey > 90), "TIFF", compression="group4"),
        "tiff palette": file(quantized, "TIFF"),
        "tiff alpha": file(Image.merge("RGBA", [*rgb.split(), Image.fromarray(alpha)]), "TIFF"),
        "tiff cmyk": file(rgb.convert("CMYK"), "TIFF", compression="tiff_adobe_deflate"),
        "tiff of jpeg": file(rgb, "TIFF", compression="jpeg"),
        "tiff 16 bit grey": file(Image.fromarray((x * 12 + y * 5).astype(np.uint16)), "TIFF"),
        "tiff turned 6": file(rgb, "TIFF", exif=turned(6)),
        "tiff of two pages": file(rgb, "TIFF", save_all=True, append_images=[Image.fromarray(grey, "L")]),
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
