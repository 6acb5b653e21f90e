import { readFileSync } from "node:fs";
import { UserError } from "../../errors.js";
import { processorTime } from "../../testing/processor-time.js";
import { readOnnx } from "./read-onnx.js";
import { writeOnnx } from "./write-onnx.js";

/** A field of a protobuf message: text, bytes, a message of fields, or a whole number. */
function field(number: number, content: string | number | bigint | Uint8Array | readonly Uint8Array[]): Uint8Array {
  if (typeof content === "number" || typeof content === "bigint") {
    return Buffer.concat([varint(number * 8), varint(content)]);
  }
  const bytes = typeof content === "string" ? Buffer.from(content) : join(content);
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

function join(content: Uint8Array | readonly Uint8Array[]): Uint8Array {
  return content instanceof Uint8Array ? content : Buffer.concat(content);
}

function varint(value: number | bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

const opset = (field8 = 8, version = 17) => field(field8, [field(1, ""), field(2, version)]);
const input = field(11, [
  field(1, "x"),
  field(2, [field(1, [field(1, 1), field(2, [field(1, []), field(1, [field(1, 3)])])])]),
]);
const output = field(12, [field(1, "y")]);
const node = (op: string, from: string, to: string, ...more: Uint8Array[]) => [
  field(1, from),
  field(2, to),
  field(4, op),
  ...more,
];
const relu = field(1, node("Relu", "x", "y"));

function model(graph: readonly Uint8Array[], ...more: Uint8Array[]): Uint8Array {
  return Buffer.concat([field(7, graph), opset(), ...more]);
}

function withTensor(...tensor: Uint8Array[]): Uint8Array {
  const mul = field(1, [field(1, "x"), ...node("Mul", "w", "y")]);
  return model([mul, field(5, [field(8, "w"), ...tensor]), input, output]);
}

/** An attribute `of` with a tensor `value` as a Constant has. */
function withAttribute(...attribute: Uint8Array[]): Uint8Array {
  return model([field(1, node("Relu", "x", "y", field(5, attribute))), input, output]);
}

/** The same bytes again and again, some megabytes of them. */
function many(bytes: Uint8Array, megabytes = 4): Uint8Array {
  return Buffer.alloc(megabytes * 2 ** 20 - ((megabytes * 2 ** 20) % bytes.length), bytes);
}

/** Graphs in graphs: each an If in a branch of the one around it. */
function nested(depth: number): Uint8Array {
  let graph: readonly Uint8Array[] = [relu, output];
  for (let i = 0; i < depth; i++) {
    graph = [
      field(1, node("If", "x", "y", field(5, [field(1, "then_branch"), field(6, graph), field(20, 5)]))),
      output,
    ];
  }
  return model([...graph, input]);
}

function callTo(name: string, from: string, to: string): Uint8Array {
  return field(7, node(name, from, to, field(7, "pkg")));
}

/** Functions that each call the next one twice: 2^depth nodes. */
function bomb(depth: number, name = "F"): Uint8Array {
  const functions = Array.from({ length: depth }, (_, i) => {
    const next = `${name}${i + 1}`;
    const body = i + 1 < depth ? [callTo(next, "a", "b"), callTo(next, "b", "c")] : [field(7, node("Neg", "a", "c"))];
    return field(25, [field(1, `${name}${i}`), field(4, "a"), field(5, "c"), ...body, opset(9), field(10, "pkg")]);
  });
  return model([field(1, node(`${name}0`, "x", "y", field(7, "pkg"))), input, output], ...functions);
}

const chain = (length: number, from = "x") =>
  Array.from({ length }, (_, i) =>
    field(1, node("Relu", i === 0 ? from : `v${i}`, i + 1 === length ? "y" : `v${i + 1}`)),
  );

/** Files that try to make the reader crash, hang or take memory, by what they try. */
export const hostileFiles: Readonly<Record<string, () => Uint8Array>> = {
  "an extent of 2^62": () => withTensor(field(1, 2n ** 62n), field(2, 1), field(9, new Uint8Array(12))),
  "a negative extent": () => withTensor(field(1, -3), field(2, 1), field(9, new Uint8Array(12))),
  "extents whose product is huge": () => withTensor(...[9, 9, 9, 9].map((e) => field(1, 10 ** e)), field(2, 1)),
  "much claimed, little there": () => withTensor(field(1, 2 ** 31), field(2, 1), field(9, new Uint8Array(12))),
  "a million axes": () => withTensor(field(1, many(Uint8Array.of(1), 1)), field(2, 1), field(9, new Uint8Array(4))),
  "an input of 2^40": () =>
    model([
      relu,
      field(11, [field(1, "x"), field(2, [field(1, [field(1, 1), field(2, [field(1, [field(1, 2 ** 40)])])])])]),
      output,
    ]),
  "megabytes of empty nodes": () => model([many(Uint8Array.of(0x0a, 0)), input, output]),
  "megabytes of empty tensors": () => model([relu, many(Uint8Array.of(0x2a, 0)), input, output]),
  "megabytes of empty inputs": () => model([relu, input, many(Uint8Array.of(0x5a, 0)), output]),
  "megabytes of empty outputs": () => model([relu, input, output, many(Uint8Array.of(0x62, 0))]),
  "megabytes of empty functions": () =>
    Buffer.concat([model([relu, input, output]), many(Uint8Array.of(0xca, 0x01, 0))]),
  "megabytes of empty text": () => Buffer.concat([model([relu, input, output]), many(Uint8Array.of(0x72, 0))]),
  "megabytes of empty opsets": () => Buffer.concat([many(Uint8Array.of(0x42, 0)), model([relu, input, output])]),
  "megabytes of empty attributes": () =>
    model([field(1, node("Relu", "x", "y", many(Uint8Array.of(0x2a, 0)))), input, output]),
  "megabytes of empty inputs of a node": () =>
    model([field(1, [many(Uint8Array.of(0x0a, 0)), ...node("Relu", "x", "y")]), input, output]),
  "megabytes of empty outputs of a node": () =>
    model([field(1, [many(Uint8Array.of(0x12, 0)), ...node("Relu", "x", "y")]), input, output]),
  "megabytes of empty extents": () =>
    model([
      relu,
      field(11, [field(1, "x"), field(2, [field(1, [field(1, 1), field(2, many(Uint8Array.of(0x0a, 0)))])])]),
      output,
    ]),
  "a list of millions of small numbers": () =>
    withAttribute(field(1, "axes"), field(20, 7), field(8, many(Uint8Array.of(1)))),
  "the same, one by one": () => withAttribute(field(1, "axes"), field(20, 7), many(Uint8Array.of(0x40, 1))),
  "millions of texts": () => withAttribute(field(1, "axes"), field(20, 8), many(Uint8Array.of(0x4a, 0))),
  "millions of single floats": () => withTensor(field(1, 3), field(2, 1), many(Uint8Array.of(0x25, 0, 0, 0, 0))),
  "millions of whole numbers": () => withTensor(field(1, 3), field(2, 7), field(7, many(Uint8Array.of(1)))),
  "a name of megabytes": () => model([field(1, node("Relu", "x".repeat(2 ** 22), "y")), input, output]),
  "a name that breaks lines": () => model([field(1, node("Relu", "a\nb\u2028c\u001b[31m", "y")), input, output]),
  "an operator that every object has": () => model([field(1, node("constructor", "x", "y")), input, output]),
  "an attribute of that kind": () => withAttribute(field(1, "__proto__"), field(20, 2), field(3, 1)),
  "graphs in graphs": () => nested(3000),
  "functions that double": () => bomb(40),
  "functions that double, with long names": () => bomb(40, "F".repeat(10_000)),
  "functions that call each other": () => {
    const call = (name: string, next: string) =>
      field(25, [field(1, name), field(4, "a"), field(5, "c"), callTo(next, "a", "c"), opset(9), field(10, "pkg")]);
    return model([field(1, node("A", "x", "y", field(7, "pkg"))), input, output], call("A", "B"), call("B", "A"));
  },
  "a circle of nodes": () => model([...chain(5000, "y"), input, output]),
  "a long chain, backwards": () => model([...chain(20_000).toReversed(), input, output]),
  "a number without an end": () => Buffer.concat([model([relu, input, output]), Buffer.alloc(1000, 0x80)]),
};

function readAndWrite(bytes: Uint8Array): void {
  const { graph, weights } = readOnnx(bytes);
  writeOnnx(graph, weights);
}

/**
 * Runs every hostile file in this process and prints a line for each: its name, what came of it and what it cost.
 * Work is the processor's time, in units of what an ordinary network of 22 kB takes.
 */
function main(): void {
  const ordinary = readFileSync(new URL("../../../tests/goldens/exports/mnasnet0_5.onnx", import.meta.url));
  const units = Array.from({ length: 9 }, () => processorTime(() => readAndWrite(ordinary)));
  const unit = units.toSorted((a, b) => a - b)[4]!;
  for (const [name, make] of Object.entries(hostileFiles)) {
    const bytes = make();
    let outcome = "read";
    const took = processorTime(() => {
      try {
        readAndWrite(bytes);
      } catch (error) {
        outcome = error instanceof UserError ? error.message : `CRASH ${error instanceof Error ? error.stack : error}`;
      }
    });
    const line = { name, outcome, work: took / unit, rss: process.memoryUsage().rss };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
}

if (process.argv[2] === "run") main();
