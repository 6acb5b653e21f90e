"""Prints TensorBoard event files as JSON lines, checking every length and checksum.

Written from the format's description alone, sharing nothing with the writer: TFRecord framing
(tensorflow/core/lib/io/record_writer.h) around Event messages (tensorflow/core/util/event.proto).
It stands in for TensorBoard itself, which Debian does not package.

    python3 tests/tensorboard/read-events.py runs/x/events.out.tfevents.*
"""

import json
import struct
import sys


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def unmasked(value):
    rotated = (value - 0xA282EAD8) & 0xFFFFFFFF
    return ((rotated >> 17) | (rotated << 15)) & 0xFFFFFFFF


def records(data):
    at = 0
    while at < len(data):
        (length,) = struct.unpack_from("<Q", data, at)
        (length_crc,) = struct.unpack_from("<I", data, at + 8)
        assert unmasked(length_crc) == crc32c(data[at : at + 8]), f"length at byte {at}"
        body = data[at + 12 : at + 12 + length]
        assert len(body) == length, f"record at byte {at} is cut short"
        (body_crc,) = struct.unpack_from("<I", data, at + 12 + length)
        assert unmasked(body_crc) == crc32c(body), f"record at byte {at}"
        yield body
        at += 16 + length


def varint(data, at):
    value, shift = 0, 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def fields(data):
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = varint(data, at)
        elif wire == 1:
            value, at = struct.unpack_from("<d", data, at)[0], at + 8
        elif wire == 5:
            value, at = struct.unpack_from("<f", data, at)[0], at + 4
        elif wire == 2:
            length, at = varint(data, at)
            assert at + length <= len(data), "a field reaches beyond its message"
            value, at = data[at : at + length], at + length
        else:
            raise AssertionError(f"wire type {wire}")
        yield number, value


def summary(data):
    values = {}
    for number, value in fields(data):
        assert number == 1, f"field {number} of Summary"
        parts = dict(fields(value))
        values[parts[1].decode()] = parts[2]
    return values


def event(data):
    readers = {
        1: lambda v: ("wall_time", v),
        2: lambda v: ("step", v),
        3: lambda v: ("file_version", v.decode()),
        5: lambda v: ("scalars", summary(v)),
        7: lambda v: ("session_status", dict(fields(v))[1]),
    }
    return dict(readers[number](value) for number, value in fields(data))


for path in sys.argv[1:]:
    with open(path, "rb") as file:
        for body in records(file.read()):
            print(json.dumps(event(body)))
