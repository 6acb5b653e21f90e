import { readFileSync } from "node:fs";
import { deflateRawSync } from "node:zlib";
import { UserError } from "../../errors.js";
import { buildZip, bytes, little, type Piece } from "../../files/build-zip.test.helper.js";
import { processorTime } from "../../testing/processor-time.js";
import { readPth } from "./pth.js";

/** A text as a pickle has it. */
export function text(value: string): Uint8Array {
  return bytes("X", little(value.length, 4), value);
}

/** A whole number of 4 bytes. */
export function int(value: number): Uint8Array {
  return bytes("J", little(value, 4));
}

/** A checkpoint of that pickle, in the newer form. */
export function archive(pickle: Uint8Array, storages: Readonly<Record<string, Uint8Array>> = {}): Uint8Array {
  const files = Object.entries(storages).map(([key, content]) => ({ path: `a/data/${key}`, content }));
  return buildZip([{ path: "a/data.pkl", content: pickle }, ...files]);
}

const magic = bytes(0x80, 2, 0x8a, 10, [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19], ".");

/** A checkpoint of that pickle, in the older form; `after` is what follows it. */
export function legacy(pickle: Uint8Array, after: Uint8Array = bytes(0x80, 2, "].")): Uint8Array {
  return bytes(magic, 0x80, 2, "M", little(1001, 2), ".", 0x80, 2, "}.", pickle, after);
}

/** A pickle whose value those opcodes make. */
export function pickled(...opcodes: readonly Piece[]): Uint8Array {
  return bytes(0x80, 2, ...opcodes, ".");
}

export interface TensorPickle {
  readonly numbers?: number;
  readonly offset?: number;
  readonly shape?: readonly number[];
  readonly strides?: readonly number[];
}

/** The opcodes of a float32 tensor over storage "0". */
export function tensor({ numbers = 4, offset = 0, shape = [4], strides = [1] }: TensorPickle = {}): Uint8Array {
  const storage = bytes("((", text("storage"), "ctorch\nFloatStorage\n", text("0"), text("cpu"), int(numbers), "tQ");
  const sizes = [shape, strides].map((list) => bytes("(", ...list.map(int), "t"));
  return bytes("ctorch._utils\n_rebuild_tensor_v2\n", storage, int(offset), ...sizes, 0x89, "}tR");
}

const four = { 0: new Uint8Array(16) };
const stated = (options: TensorPickle) => archive(pickled("}", text("w"), tensor(options), "s"), four);
const calls = (module: string, name: string, ...args: Piece[]) => pickled(`c${module}\n${name}\n`, "(", ...args, "tR");

/** The same bytes again and again, some megabytes of them. */
const many = (piece: Uint8Array, megabytes = 4) => Buffer.alloc(megabytes * 2 ** 20, piece);
const repeated = (count: number, make: (i: number) => Uint8Array) =>
  Buffer.concat(Array.from({ length: count }, (_, i) => make(i)));

/** Lists of the list before, twice: 2^depth paths. */
const doubled = (depth: number) =>
  bytes(
    "]",
    repeated(depth, (i) => bytes("q", i, "0](", "h", i, "h", i, "e")),
    "q",
    255,
  );

/** Files that try to run code, crash the reader, make it hang or take memory, by what they try. */
export const hostileCheckpoints: Readonly<Record<string, () => Uint8Array>> = {
  "a tensor of its own class made of itself": () =>
    archive(
      pickled(
        "(ctorch._tensor\n_rebuild_from_type_v2\nq\0",
        "]q\x01(",
        "h\0",
        "N",
        "h\x01",
        "eq\x02",
        "0h\0h\0Nh\x01\x87R",
      ),
    ),
  "a module in itself": () =>
    archive(
      pickled(
        "cnn\nModule\n)\x81q\0}(",
        ...["_parameters", "_buffers"].flatMap((part) => [text(part), "}"]),
        text("_modules"),
        bytes("}", text("a"), "h\0s"),
        "ub",
      ),
    ),
  "modules that double": () => {
    const inner = (i: number) => bytes("}(", text("a"), "h", i, text("b"), "h", i, "u");
    const state = (modules: Uint8Array) =>
      bytes("}(", text("_parameters"), "}", text("_buffers"), "}", text("_modules"), modules, "u");
    const module = (modules: Uint8Array, i: number) => bytes("cnn\nModule\n)\x81", state(modules), "bq", i);
    return archive(
      pickled(
        module(bytes("}"), 0),
        repeated(28, (i) => bytes("0", module(inner(i), i + 1))),
      ),
    );
  },
  "megabytes of names": () =>
    archive(
      pickled(
        repeated(300_000, (i) => bytes(`ca\n${i}\n0`)),
        "N",
      ),
    ),
  "megabytes of objects": () => archive(pickled("ca\nb\n", "q\0", many(bytes("h\0)\x81")))),
  "megabytes of sets": () => archive(bytes(0x80, 4, "(", many(bytes(0x8f)), "t.")),
  "a set copied again and again": () =>
    archive(
      pickled(
        "cbuiltins\nset\nq\0](",
        many(bytes("N"), 0.01),
        "eq\x01",
        repeated(20_000, () => bytes("h\0h\x01\x85R")),
      ),
    ),
  "os.system": () => archive(calls("os", "system", text("touch /tmp/senet-owned"))),
  "posix.system": () => legacy(calls("posix", "system", text("touch /tmp/senet-owned"))),
  "builtins.eval": () => archive(calls("builtins", "eval", text("1"))),
  "__builtin__.getattr": () => legacy(calls("__builtin__", "getattr")),
  "torch.load": () => archive(calls("torch", "load", text("x"))),
  "torch.hub.load": () => archive(calls("torch.hub", "load")),
  "numpy.core.multiarray.scalar": () => archive(calls("numpy.core.multiarray", "scalar")),
  "by the stack": () => archive(bytes(0x80, 4, 0x8c, 2, "os", 0x8c, 6, "system", 0x93, ")R.")),
  "a global that every object has": () => archive(calls("constructor", "constructor")),
  __proto__: () => archive(pickled("c__proto__\n__proto__\n")),
  "a text that is called": () => archive(pickled(text("os.system"), ")R")),
  "an element type that is called": () => archive(calls("torch", "float32")),
  INST: () => archive(pickled("(", text("ls"), "ios\nsystem\n")),
  OBJ: () => archive(pickled("(", text("ls"), "o")),
  NEWOBJ: () => archive(pickled("ccollections\nOrderedDict\n)", 0x81)),
  NEWOBJ_EX: () => archive(pickled("ccollections\nOrderedDict\n)}", 0x92)),
  EXT1: () => archive(pickled(0x82, 1)),
  BUILD: () => archive(pickled("ctorch\nfloat32\n}b")),
  PERSID: () => archive(pickled("P0\n")),
  "an opcode that is none": () => archive(pickled(0xff)),
  "a text of 4 GB": () => archive(pickled("X", 0xff, 0xff, 0xff, 0xff, "a")),
  "a text of 2^63": () => archive(pickled(0x8d, little(0, 7), 0x80, "a")),
  "a number of 2 GB": () => archive(pickled(0x8b, little(2 ** 31 - 1, 4), "a")),
  "a module without an end": () => archive(pickled("c", many(bytes("a")))),
  "a storage of 2^62": () => stated({ numbers: 2 ** 31 - 1, shape: [2 ** 31 - 1] }),
  "a tensor larger than its storage": () => stated({ shape: [5] }),
  "an offset behind its storage": () => stated({ offset: 1 }),
  "strides out of its storage": () => stated({ shape: [2, 2], strides: [3, 1] }),
  "a huge product of sizes": () => stated({ shape: [2 ** 30, 2 ** 30, 2 ** 30], strides: [0, 0, 0] }),
  "an element repeated a billion times": () => stated({ shape: [2 ** 30], strides: [0] }),
  "a negative size": () => stated({ shape: [-1] }),
  "a thousand axes": () => stated({ shape: Array(1000).fill(1), strides: Array(1000).fill(1) }),
  "sizes without strides": () => stated({ strides: [] }),
  "a storage all of which many tensors want": () => {
    const big = { numbers: 2 ** 20, shape: [2 ** 20] };
    const names = repeated(500, (i) => bytes(text(`w${i}`), tensor(big), "s"));
    return archive(pickled("}", names), { 0: new Uint8Array(2 ** 22) });
  },
  "a long stride in many tensors": () => {
    const far = { numbers: 2 ** 20, shape: [2], strides: [2 ** 20 - 1] };
    const names = repeated(500, (i) => bytes(text(`w${i}`), tensor(far), "s"));
    return archive(pickled("}", names), { 0: new Uint8Array(2 ** 22) });
  },
  "megabytes of empty dicts": () => archive(pickled(many(bytes("}")))),
  "megabytes of empty lists": () => archive(pickled("(", many(bytes("]")), "t")),
  "megabytes of empty tuples": () => legacy(pickled("(", many(bytes(")")), "l")),
  "megabytes of dicts of one": () => archive(pickled("(", many(bytes("}K\0K\0s")), "t")),
  "megabytes of None": () => archive(pickled("(", many(bytes("N"), 16), "t")),
  "megabytes of marks": () => archive(pickled(many(bytes("("), 16))),
  "megabytes that are remembered": () => archive(bytes(0x80, 4, "N", many(bytes(0x94), 16), ".")),
  "megabytes of protocols": () => legacy(many(bytes(0x80, 2), 16)),
  "megabytes of numbers": () => archive(pickled("(", many(bytes("G", [0x3f, 1, 2, 3, 4, 5, 6, 7]), 36), "t")),
  "a list copied again and again": () => {
    const pairs = repeated(1000, () => bytes("(", text("a"), "Nt"));
    const copies = repeated(20_000, () => bytes("h\0(h\x01tR"));
    return archive(pickled("ccollections\nOrderedDict\nq\0(", pairs, "lq\x01", copies));
  },
  "pickles in pickles": () =>
    archive(
      pickled(
        repeated(100_000, () => bytes("](")),
        repeated(100_000, () => bytes("e")),
      ),
    ),
  "dicts in dicts": () => {
    const deep = 50_000;
    return archive(
      pickled(
        repeated(deep, () => bytes("}", text("a"))),
        "}",
        repeated(deep, () => bytes("s")),
      ),
    );
  },
  "a dict in itself": () => archive(pickled("}q\0", text("a"), "h\0s")),
  "lists that double": () => archive(pickled(doubled(60))),
  "lists that double, not deep": () => archive(pickled(doubled(30))),
  "a stack that is empty": () => archive(pickled("0")),
  "a value below a mark": () => archive(pickled("}(a")),
  "values left behind": () => archive(pickled("NN")),
  "no end": () => archive(bytes(0x80, 2, "}")),
  "a dict as a key": () => archive(pickled("}}Ns")),
  "a value never kept": () => archive(pickled("h\x07")),
  "two tensors of one name": () => archive(pickled("}", text("1"), tensor(), "sK\x01", tensor(), "s"), four),
  "a text that is not UTF-8": () => archive(pickled("X", little(1, 4), 0xff)),
  "a name that breaks lines": () => archive(pickled("ca\x1b[31m\x85b\n\u2028c\n")),
  "a zip bomb": () => {
    const packed = deflateRawSync(new Uint8Array(2 ** 26));
    return buildZip([{ path: "a/data.pkl", content: packed, method: 8, size: 2 ** 26 }]);
  },
  "a zip bomb for a storage": () => {
    const pickle = pickled("}", text("w"), tensor({ numbers: 2 ** 24, shape: [2 ** 24] }), "s");
    const content = deflateRawSync(new Uint8Array(2 ** 26));
    return buildZip([
      { path: "a/data.pkl", content: pickle },
      { path: "a/data/0", content, method: 8, size: 2 ** 26 },
    ]);
  },
  "a module with its code, packed": () => {
    const content = deflateRawSync(bytes("def f(): pass"));
    const pickle = pickled("c__torch__.nn\nLinear\n");
    return buildZip([
      { path: "a/data.pkl", content: pickle },
      { path: "a/code/f.py", content, method: 8, size: 13 },
    ]);
  },
  "a stored file larger than the archive": () =>
    buildZip([{ path: "a/data.pkl", content: pickled("N"), size: 2 ** 31 }]),
  "a file behind the archive": () => buildZip([{ path: "a/data.pkl", content: pickled("N"), local: 2 ** 31 }]),
  "a directory that says 65,534 files": () =>
    buildZip([{ path: "a/data.pkl", content: pickled("N") }], { claimed: 65_534 }),
  "a directory that says zip64": () => buildZip([{ path: "a/data.pkl", content: pickled("N") }], { claimed: 65_535 }),
  "two files of one name": () => buildZip(Array(2).fill({ path: "a/data.pkl", content: pickled("N") })),
  "an archive without a pickle": () => buildZip([{ path: "a/data/0", content: new Uint8Array(4) }]),
  "no archive but its end": () => buildZip([]),
  "megabytes of ends": () => bytes("PK\x03\x04", many(bytes("PK\x05\x06"), 1)),
  "a storage of the older form that is not there": () => legacy(pickled("}", text("w"), tensor(), "s")),
  "a storage of the older form of 2^63": () => {
    const storages = bytes(pickled("]", text("0"), "a"), little(0, 7), 0x80, new Uint8Array(16));
    return legacy(pickled("}", text("w"), tensor(), "s"), storages);
  },
  "keys that are no texts": () => legacy(pickled("}", text("w"), tensor(), "s"), pickled("](K\x01e")),
  "another magic number": () => pickled("K\x01"),
  "a tar archive": () => bytes(`sys_info${"\0".repeat(504)}`),
  nothing: () => new Uint8Array(),
};

/**
 * Reads every hostile file in this process and prints a line for each: its name, what came of it and what it cost.
 * Work is the processor's time, in units of what a hundred ordinary checkpoints of 6 kB take.
 */
function main(): void {
  const ordinary = readFileSync(new URL("../../../tests/goldens/pth/checkpoint.zip.pth", import.meta.url));
  const hundred = () => {
    for (let i = 0; i < 100; i++) readPth(ordinary);
  };
  const units = Array.from({ length: 9 }, () => processorTime(hundred));
  const unit = units.toSorted((a, b) => a - b)[4]!;
  for (const [name, make] of Object.entries(hostileCheckpoints)) {
    const file = make();
    let outcome = "read";
    const took = processorTime(() => {
      try {
        readPth(file, { source: "f" });
      } catch (error) {
        outcome = error instanceof UserError ? error.message : `CRASH ${error instanceof Error ? error.stack : error}`;
      }
    });
    const line = { name, outcome, work: took / unit, rss: process.memoryUsage().rss };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
}

if (process.argv[2] === "run") main();
