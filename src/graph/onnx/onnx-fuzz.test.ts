import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { UserError } from "../../errors.js";
import { Random } from "../../random.js";
import { attr, floatTensor, node, onnxFile, value } from "../../testing/onnx-file.js";
import { hostileFiles } from "./hostile-files.test.helper.js";
import { readOnnx } from "./read-onnx.js";
import { writeOnnx } from "./write-onnx.js";

/**
 * A read that works gives a graph that can be written and read again; one that does not is the user's error, in one
 * line.
 */
function readOrRefuse(bytes: Uint8Array): "read" | "refused" {
  let written: Uint8Array;
  try {
    const { graph, weights } = readOnnx(bytes);
    written = writeOnnx(graph, weights);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.message).toMatch(/^[^\n\r]{1,1100}$/);
    return "refused";
  }
  readOnnx(written);
  return "read";
}

/** A small file with something of everything: a function with references, a branch, tensors in every form. */
function everything(): Uint8Array {
  const function_ = {
    name: "F",
    domain: "pkg",
    input: ["a"],
    output: ["b"],
    attribute: ["alpha"],
    opsetImport: [{ domain: "", version: 17n }],
    node: [node("HardSigmoid", ["a"], ["b"], { attribute: [attr.reference("alpha", "alpha")] })],
  };
  const branch = { name: "b", node: [node("Neg", ["h"], ["n"])], output: [value("n", ["N", 4])] };
  const nodes = [
    node("F", ["x"], ["f"], { domain: "pkg", attribute: [attr.float("alpha", 0.3)] }),
    node("Gemm", ["f", "w", "bias"], ["h"], { attribute: [attr.int("transB", 1)] }),
    node("If", ["c"], ["i"], { attribute: [attr.graph("then_branch", branch), attr.graph("else_branch", branch)] }),
    node("Constant", [], ["shape"], { attribute: [attr.ints("value_ints", [-1, 2, 2])] }),
    node("Reshape", ["i", "shape"], ["r"]),
    node("Transpose", ["r"], ["y"], { attribute: [attr.ints("perm", [0, 2, 1])] }),
  ];
  const initializer = [
    floatTensor(
      "w",
      [4, 3],
      Array.from({ length: 12 }, (_, i) => i),
    ),
    { name: "bias", dataType: 10, dims: [4n], rawData: new Uint8Array(8) },
    { name: "c", dataType: 9, dims: [], int32Data: [1] },
  ];
  const graph = { node: nodes, initializer, input: [value("x", ["N", 3])], output: [value("y", ["N", 2, 2])] };
  return onnxFile(graph as Parameters<typeof onnxFile>[0], { functions: [function_], domains: ["pkg"] });
}

const small = everything();
const exported = new Uint8Array(
  readFileSync(new URL("../../../tests/goldens/exports/mnasnet0_5.onnx", import.meta.url)),
);

describe("readOnnx", () => {
  it("reads the files that are damaged below", () => {
    expect([readOrRefuse(small), readOrRefuse(exported)]).toEqual(["read", "read"]);
  });

  it("refuses a file cut short at any length, or reads what is whole", () => {
    const outcomes = Array.from(small, (_, length) => readOrRefuse(small.subarray(0, length)));
    expect(outcomes.length).toBeGreaterThan(500);
    expect(outcomes.filter((outcome) => outcome === "read").length).toBeLessThan(3);
  });

  it.each([
    ["a small file", small, 3000],
    ["a network by PyTorch's exporter", exported, 150],
  ])("refuses %s with flipped bits, or reads what is still a network", (_, file, runs) => {
    const random = new Random(1, "flips");
    const outcomes = { read: 0, refused: 0 };
    for (let run = 0; run < runs; run++) {
      const bytes = file.slice();
      const flips = 1 + random.below(4);
      for (let i = 0; i < flips; i++) bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
      try {
        outcomes[readOrRefuse(bytes)]++;
      } catch (error) {
        throw new Error(`run ${run}: ${error instanceof Error ? error.stack : error}`);
      }
    }
    expect(outcomes.read).toBeGreaterThan(runs / 20);
    expect(outcomes.refused).toBeGreaterThan(runs / 20);
  });

  it("refuses a file with bytes replaced, left out or put in, or reads what is still a network", () => {
    const random = new Random(3, "splices");
    for (let run = 0; run < 1500; run++) {
      const at = random.below(small.length);
      const cut = random.below(4);
      const put = Uint8Array.from({ length: random.below(12) }, () => (random.below(2) ? 255 : random.below(256)));
      const bytes = Uint8Array.from([...small.subarray(0, at), ...put, ...small.subarray(at + cut)]);
      expect(["read", "refused"]).toContain(readOrRefuse(bytes));
    }
  });

  it("takes neither long nor much memory over files made to hurt: 96 MB of heap do", async () => {
    const helper = fileURLToPath(new URL("./hostile-files.test.helper.js", import.meta.url));
    const argv = ["--max-old-space-size=96", helper, "run"];
    const { stdout } = await promisify(execFile)(process.execPath, argv);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map(({ name }) => name)).toEqual(Object.keys(hostileFiles));
    expect(lines.filter(({ outcome }) => outcome.startsWith("CRASH"))).toEqual([]);
    const read = lines.filter(({ outcome }) => outcome === "read").map(({ name }) => name);
    expect(read).toEqual(["an input of 2^40", "megabytes of empty text", "a long chain, backwards"]);
    expect(Math.max(...lines.map(({ work }) => work))).toBeLessThan(400); // ordinary networks read; 85 as a rule
    expect(Math.max(...lines.map(({ rss }) => rss))).toBeLessThan(300 * 2 ** 20); // the engine's own 60 MB included
  });
});
