import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { crc32c } from "./crc32c.js";

/** When something happened: seconds since 1970, and the number of training steps done by then. */
export interface Moment {
  readonly wallTime: number;
  readonly step: number;
}

/**
 * The record that opens a TensorBoard event file.
 * Source: tensorboard/compat/proto/event.proto and summary.proto, whose field numbers stand here as numbers.
 */
export function fileVersion(wallTime: number): Uint8Array {
  return record(event({ wallTime, step: 0 }).tag(3, WireType.LengthDelimited).string("brain.Event:2"));
}

/**
 * The record of a run that goes on at a step: TensorBoard then drops what other files of the folder say of that step
 * and later ones, which a run that was killed had done after its last checkpoint.
 */
export function sessionStart(moment: Moment): Uint8Array {
  const start = new BinaryWriter().tag(1, WireType.Varint).int32(1); // SessionLog.status = START
  return record(event(moment).tag(7, WireType.LengthDelimited).bytes(start.finish()));
}

/** The record of scalars by tag: `{ "train/loss": 0.3 }`. */
export function scalars(moment: Moment, values: Readonly<Record<string, number>>): Uint8Array {
  const summary = new BinaryWriter();
  for (const [tag, value] of Object.entries(values)) {
    const field = new BinaryWriter().tag(1, WireType.LengthDelimited).string(tag).tag(2, WireType.Bit32).float(value);
    summary.tag(1, WireType.LengthDelimited).bytes(field.finish());
  }
  return record(event(moment).tag(5, WireType.LengthDelimited).bytes(summary.finish()));
}

function event({ wallTime, step }: Moment): BinaryWriter {
  const writer = new BinaryWriter().tag(1, WireType.Bit64).double(wallTime);
  return step === 0 ? writer : writer.tag(2, WireType.Varint).int64(step); // proto3 leaves zeros out
}

/** Length, its checksum, data, its checksum. Source: tensorflow/core/lib/io/record_writer.h. */
function record(message: BinaryWriter): Uint8Array {
  const data = message.finish();
  const bytes = new Uint8Array(16 + data.length);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, masked(bytes.subarray(0, 8)), true);
  bytes.set(data, 12);
  view.setUint32(12 + data.length, masked(data), true);
  return bytes;
}

/** Checksums are rotated and shifted, so that data which holds checksums of its own can be checked. */
function masked(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
