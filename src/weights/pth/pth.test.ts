import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bytes, little, sparseZip64 } from "../../files/build-zip.test.helper.js";
import { memorySource } from "../../files/byte-source.js";
import type { Tensor } from "../../graph/tensor.js";
import { archive, int, legacy, pickled, tensor, text } from "./hostile-pth.test.helper.js";
import { openPth, readPth } from "./pth.js";

const folder = new URL("../../../tests/goldens/pth/", import.meta.url);
const bytesOf = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));

interface Described {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

const expected: Record<string, Record<string, Described>> = JSON.parse(
  readFileSync(new URL("expected.json", folder), "utf8"),
);

const widened: Record<string, string> = { float16: "float32", bfloat16: "float32", int16: "int32" };

function described(tensors: ReadonlyMap<string, Tensor>): Record<string, Described> {
  return Object.fromEntries(
    [...tensors].map(([name, { dtype, shape, data }]) => [name, { dtype, shape, data: Array.from(data, Number) }]),
  );
}

/** What PyTorch says, with our names of types. */
function theirs(name: string, prefix = ""): Record<string, Described> {
  return Object.fromEntries(
    Object.entries(expected[name]!).map(([key, { dtype, shape, data }]) => {
      const plain = dtype.replace("torch.", "");
      return [key.replace(prefix, ""), { dtype: widened[plain] ?? plain, shape, data }];
    }),
  );
}

describe("readPth gives PyTorch's tensors: views, strides, repeats, every type", () => {
  it.each(["zip", "legacy", "protocol4", "big"])("%s", (form) => {
    const { tensors } = readPth(bytesOf(`checkpoint.${form}.pth`));
    expect(described(tensors)).toEqual(theirs("checkpoint"));
    expect(tensors.size).toBe(21);
  });

  it.each(["zip", "legacy"])("of a DataParallel module, without its prefix: %s", (form) => {
    const { tensors } = readPth(bytesOf(`parallel.${form}.pth`));
    expect(described(tensors)).toEqual(theirs("parallel", "module."));
    expect([...tensors.keys()]).toContain("bn.num_batches_tracked");
  });

  it.each(["zip", "legacy", "protocol4"])("beside what train scripts keep, which is skipped by name: %s", (form) => {
    const listing = openPth(memorySource(bytesOf(`training.${form}.pth`), "f"));
    expect(listing.entries.map(({ name, shape }) => [name, shape])).toEqual([
      ["weight", [2, 3]],
      ["n_averaged", []],
    ]);
    const skipped = listing.notices.find(({ kind }) => kind === "skipped");
    expect(skipped).toMatchObject({
      names: expect.arrayContaining(["argparse.Namespace", "datetime.datetime", "__main__.Kind", "functools.partial"]),
    });
  });

  it.each(["zip", "protocol4"])("of a module saved whole, as its state dict has them: %s", (form) => {
    const { tensors } = readPth(bytesOf(`module.${form}.pth`));
    expect(described(tensors)).toEqual(theirs("module", "module."));
    expect(tensors.size).toBe(8);
  });

  it("each in memory of its own", () => {
    const { tensors } = readPth(bytesOf("checkpoint.zip.pth"));
    const buffers = [...tensors.values()].map(({ data }) => data.buffer);
    expect(new Set(buffers).size).toBe(tensors.size);
    for (const { data } of tensors.values()) expect(data.byteLength).toBe(data.buffer.byteLength);
  });
});

describe("openPth", () => {
  const open = (entry?: string) => openPth(memorySource(bytesOf("checkpoint.zip.pth"), "f.pth"), { entry });

  it("says what it took and what lies beside it", () => {
    const beside = ["epoch", "best", "large", "note", "history", "size", "dtype", "device"];
    expect(open().notices).toEqual([
      { kind: "entry", entry: "state_dict", beside: expect.arrayContaining(beside) as readonly string[] },
    ]);
    expect(openPth(memorySource(bytesOf("parallel.zip.pth"))).notices).toEqual([]);
  });

  it("lists names, the file's types and shapes", () => {
    const half = open().entries.find(({ name }) => name === "half");
    expect(half).toMatchObject({ type: "F16", shape: [5] });
  });

  it("reads a checkpoint far beyond 4 GB, a little at a time", () => {
    const numbers = Float32Array.of(1, 2, 3, 4);
    const files = [
      { path: "a/data.pkl", content: pickled("}", text("w"), tensor(), "s"), at: 0 },
      { path: "a/data/0", content: new Uint8Array(numbers.buffer), at: 5 * 2 ** 32 },
    ];
    const { read } = openPth(sparseZip64(files, 6 * 2 ** 32));
    expect(read("w")).toEqual({ dtype: "float32", shape: [4], data: numbers });
  });

  it("takes another entry when asked, with names joined by dots", () => {
    const { entries, read, notices } = open("optimizer");
    expect(notices[1]).toEqual({ kind: "no-tensors", values: ["param_groups.0.lr", "param_groups.0.params.0"] });
    expect(entries.map(({ name }) => name)).toEqual(["state.0.momentum_buffer"]);
    expect(Array.from(read("state.0.momentum_buffer").data, Number)).toEqual([1, 1]);
    expect(() => open("history")).toThrow(
      'f.pth: got no entry "history" with tensors; expected one of epoch, best, large, note, history, size, dtype, device, … 10 in all',
    );
  });
});

describe("readPth knows what old PyTorch and Python wrote", () => {
  const numbers = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);
  const storages = bytes(pickled("]", text("0"), "a"), little(4, 8), numbers);
  const valuesOf = (file: Uint8Array) =>
    Array.from(readPth(file).tensors, ([name, { data }]) => [name, Array.from(data, Number)]);

  it("an OrderedDict of a list of pairs, and plain strings, as Python 2", () => {
    const pair = bytes("](", "U", 1, "w", tensor(), "e");
    expect(valuesOf(legacy(pickled("ccollections\nOrderedDict\n(](", pair, "etR"), storages))).toEqual([
      ["w", [1, 2, 3, 4]],
    ]);
  });

  it("a storage that is a part of another", () => {
    const part = bytes(
      "((",
      text("storage"),
      "ctorch\nFloatStorage\n",
      text("0"),
      text("cpu"),
      int(4),
      "(",
      text("1"),
      int(1),
      int(3),
      "ttQ",
    );
    const view = (offset: number) =>
      bytes("ctorch._utils\n_rebuild_tensor\n(", part.subarray(1), int(offset), "(K\x02t(K\x01ttR");
    expect(valuesOf(legacy(pickled("}", text("w"), view(1), "s"), storages))).toEqual([["w", [3, 4]]]);
    expect(() => valuesOf(legacy(pickled("}", text("w"), view(2), "s"), storages))).toThrow(
      "[2] with strides [1] over 1 numbers",
    );
  });

  it("a parameter, a list of tensors and a tensor alone", () => {
    const parameter = bytes("ctorch._utils\n_rebuild_parameter\n(", tensor(), 0x88, "}tR");
    expect(valuesOf(archive(pickled("](", parameter, tensor(), "e"), { 0: numbers }))).toEqual([
      ["0", [1, 2, 3, 4]],
      ["1", [1, 2, 3, 4]],
    ]);
    expect(valuesOf(archive(pickled(tensor()), { 0: numbers }))).toEqual([["tensor", [1, 2, 3, 4]]]);
  });

  it("averaged weights before those of the last step, as timm takes them", () => {
    const dict = (shape: number) => bytes("}", text("w"), tensor({ shape: [shape] }), "s");
    const both = archive(pickled("}(", text("state_dict"), dict(4), text("state_dict_ema"), dict(2), "u"), {
      0: numbers,
    });
    expect(valuesOf(both)).toEqual([["w", [1, 2]]]);
    expect(readPth(both, { entry: "state_dict" }).tensors.get("w")!.shape).toEqual([4]);
  });
});
