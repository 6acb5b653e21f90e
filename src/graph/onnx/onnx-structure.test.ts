import { describe, expect, it } from "vitest";
import { UserError } from "../../errors.js";
import {
  attr,
  type FileFunction,
  type FileGraph,
  type FileNode,
  type FileOptions,
  floatTensor,
  node,
  onnxFile,
  value,
} from "../../testing/onnx-file.js";
import { randomTensor } from "../../testing/random-tensor.js";
import { runFile } from "../../testing/run-graph.js";
import { float32, type Tensor } from "../tensor.js";
import { readOnnx } from "./read-onnx.js";
import { writeOnnx } from "./write-onnx.js";

const x = randomTensor([2, 3], 1);

/** A graph from x [N, 3] to y. */
function graphOf(nodes: FileNode[], more: Partial<FileGraph> = {}): FileGraph {
  return { input: [value("x", ["N", 3])], output: [value("y", ["N", 3])], node: nodes, ...more } as FileGraph;
}

/** Reads a file, checks that what is written again computes what the file itself does, and returns the graph. */
async function sameNumbers(file: Uint8Array, feeds: Record<string, Tensor> = { x }) {
  const { graph, weights } = readOnnx(file);
  expect(await runFile(writeOnnx(graph, weights), feeds)).toEqual(await runFile(file, feeds));
  return { graph, weights };
}

function refused(graph: FileGraph, options: FileOptions = {}) {
  const read = () => readOnnx(onnxFile(graph, options));
  expect(read).toThrow(UserError);
  return expect(read);
}

const relu = node("Relu", ["x"], ["y"]);

describe("nodes", () => {
  it("may come in any order; what no output needs is left out", async () => {
    const nodes = [
      node("Mul", ["a", "b"], ["y"]),
      node("Neg", ["a"], ["b"]),
      node("Exotic", ["x"], ["c"]),
      node("Relu", ["x"], ["a"]),
    ];
    const { graph } = readOnnx(onnxFile(graphOf(nodes)));
    expect(graph.nodes.map(({ op }) => op)).toEqual(["Relu", "Neg", "Mul"]);
    await sameNumbers(onnxFile(graphOf(nodes.filter(({ opType }) => opType !== "Exotic"))));
  });

  it("that need each other are refused, one named", () => {
    const nodes = [node("Add", ["x", "b"], ["a"]), node("Relu", ["a"], ["b"]), node("Neg", ["b"], ["y"])];
    refused(graphOf(nodes)).toThrow(
      "cannot read this ONNX graph: Add (a) needs its own output, by way of Relu (b); expected no circle",
    );
    refused(graphOf([node("Add", ["x", "y"], ["y"])])).toThrow("Add (y) needs its own output, by way of Add (y)");
  });

  it("may share their names, values may not", () => {
    const nodes = [
      node("Relu", ["x"], ["a"], { name: "n" }),
      node("Neg", ["a"], ["b"], { name: "n" }),
      node("Abs", ["b"], ["y"]),
    ];
    nodes[2] = node("Sqrt", ["b"], ["y"], { name: "" });
    expect(readOnnx(onnxFile(graphOf(nodes))).graph.nodes.map(({ name }) => name)).toEqual(["n", "n_1", "y"]);
    refused(graphOf([node("Relu", ["x"], ["a"]), node("Neg", ["x"], ["a"]), node("Neg", ["a"], ["y"])])).toThrow(
      'got a second value named "a"; expected names to be unique',
    );
  });

  it("get names for outputs left out in between, and none for those at the end", () => {
    const outputs = ["y", "", ""];
    const [made] = readOnnx(onnxFile(graphOf([node("Relu", ["x"], outputs)]))).graph.nodes;
    expect(made!.outputs).toEqual(["y"]);
    refused(graphOf([node("Relu", ["x"], [""])])).toThrow(
      'got node "" with operator "Relu" and 0 outputs; expected both',
    );
  });

  it("with an input that nothing makes are refused", () =>
    refused(graphOf([node("Relu", ["z"], ["y"])])).toThrow(
      'Relu (y): got input "z"; expected a value defined before it is used',
    ));

  it.each(["Loop", "Scan"])("of control flow are refused: %s", (op) =>
    refused(graphOf([node(op, ["x"], ["y"], { attribute: [attr.graph("body", {})] })])).toThrow(
      `${op} (y): got a loop; expected none; export the model without control flow`,
    ),
  );
});

describe("tensors", () => {
  it("that are inputs too, as in old files, are parameters; those nobody uses are left out", async () => {
    const initializer = [
      floatTensor("w", [3], [1, 2, 3]),
      floatTensor("unused", [2], [1, 2]),
      floatTensor("s", [], [0.5]),
    ];
    const nodes = [node("Mul", ["x", "w"], ["a"]), node("Mul", ["a", "s"], ["y"])];
    const input = [value("w", [3]), value("x", ["N", 3]), value("s", [])];
    const { graph } = await sameNumbers(onnxFile(graphOf(nodes, { initializer, input })));
    expect(graph.inputs.map(({ name }) => name)).toEqual(["x"]);
    expect([...graph.parameters.keys()]).toEqual(["w"]);
    expect([...graph.constants.keys()]).toEqual(["s"]);
  });

  it.each<[string, number, Partial<ReturnType<typeof floatTensor>>]>([
    ["float16 as bits in a list", 10, { int32Data: [0x3c00, 0xc500, 0x0001], floatData: [] }],
    ["float16 as bytes", 10, { rawData: Uint8Array.of(0x00, 0x3c, 0x00, 0xc5, 0x01, 0x00), floatData: [] }],
  ])("of %s are widened exactly", (_, dataType, held) => {
    const initializer = [{ ...floatTensor("w", [3], []), dataType, ...held } as ReturnType<typeof floatTensor>];
    const { weights } = readOnnx(onnxFile(graphOf([node("Mul", ["x", "w"], ["y"])], { initializer })));
    expect(weights.get("w")).toEqual(float32([3], [1, -5, 2 ** -24]));
  });

  it("of bfloat16 are widened exactly, inputs and casts alike", () => {
    const w = { ...floatTensor("w", [2], []), dataType: 16, floatData: [], int32Data: [0x3f80, 0xc0a0] };
    const nodes = [node("Cast", ["x"], ["a"], { attribute: [attr.int("to", 16)] }), node("Mul", ["a", "w"], ["y"])];
    const input = [value("x", ["N", 2], 10)];
    const { graph, weights } = readOnnx(onnxFile(graphOf(nodes, { initializer: [w], input })));
    expect(weights.get("w")).toEqual(float32([2], [1, -5]));
    expect([graph.inputs[0]!.dtype, graph.nodes[0]!.attributes.to]).toEqual(["float32", { int: 1 }]);
  });

  it.each([
    ["value_float", attr.float("value_float", 2.5)],
    ["value_floats", attr.floats("value_floats", [1, 2, 3])],
    ["value", attr.tensor("value", floatTensor("", [1, 3], [4, 5, 6]))],
  ])("of Constant may lie in %s", async (_, attribute) => {
    const nodes = [node("Constant", [], ["c"], { attribute: [attribute] }), node("Mul", ["x", "c"], ["y"])];
    await sameNumbers(onnxFile(graphOf(nodes)));
  });

  it.each([
    ["value_ints", attr.ints("value_ints", [3, -1])],
    ["a list in int64_data", attr.tensor("value", { dataType: 7, dims: [2n], int64Data: [3n, -1n] })],
  ])("of whole numbers may lie in %s", async (_, attribute) => {
    const nodes = [node("Constant", [], ["c"], { attribute: [attribute] }), node("Reshape", ["x", "c"], ["y"])];
    await sameNumbers(onnxFile(graphOf(nodes, { output: [value("y", [3, undefined])] })));
  });

  it("that are sparse are refused", () =>
    refused(graphOf([relu], { sparseInitializer: [{ dims: [3n] }] })).toThrow(
      "got a sparse tensor; expected dense ones",
    ));

  it("of one name are refused", () =>
    refused(graphOf([relu], { initializer: [floatTensor("w", [1], [1]), floatTensor("w", [1], [1])] })).toThrow(
      "got two tensors w; expected unique names",
    ));
});

describe("inputs", () => {
  it.each([
    ["a name", "batch", "N"],
    ["no name", undefined, "N"],
    ["-1", -1, "N"],
    ["a size", 2, 2],
  ])("have a first axis with %s", (_, dim, expected) => {
    const input = [value("x", [dim, 3]), value("z", [dim, 3])];
    const nodes = [node("Add", ["x", "z"], ["y"])];
    const [first, second] = readOnnx(onnxFile(graphOf(nodes, { input: [input[0]!, input[1]!] }))).graph.inputs;
    expect([first!.shape[0], second!.shape[0]]).toEqual([expected, expected]);
  });

  it("without a tensor type are refused", () =>
    refused(graphOf([relu], { input: [{ name: "x" }] })).toThrow("got input x without a tensor type; expected one"));
});

it("a file's description and other text travel with it", () => {
  const model = { docString: "made by hand", metadataProps: [{ key: "author", value: "me" }] };
  const { graph } = readOnnx(onnxFile(graphOf([relu]), { model }));
  expect(graph.metadata).toEqual(
    new Map([
      ["author", "me"],
      ["doc_string", "made by hand"],
    ]),
  );
  expect(readOnnx(writeOnnx(graph)).graph.metadata).toEqual(graph.metadata);
});

describe("branches", () => {
  const branch = (name: string, nodes: FileNode[], out: string): FileGraph => ({
    name,
    node: nodes,
    output: [value(out, ["N", 3])],
  });
  const choose = (condition: string) => [
    node("Relu", ["x"], ["r"]),
    node("If", [condition], ["chosen"], {
      attribute: [
        attr.graph("then_branch", branch("then", [node("Neg", ["r"], ["inner"])], "inner")),
        attr.graph(
          "else_branch",
          branch("else", [node("Add", ["r", "x"], ["sum"]), node("Mul", ["sum", "r"], ["inner"])], "inner"),
        ),
      ],
    }),
    node("Sub", ["chosen", "x"], ["y"]),
  ];

  it.each([1, 0])("whose condition is the constant %i are put in place", async (condition) => {
    const initializer = [{ name: "c", dataType: 9, dims: [], int32Data: [condition] }];
    const { graph } = await sameNumbers(onnxFile(graphOf(choose("c"), { initializer })));
    expect(graph.nodes.map(({ op }) => op)).toEqual(condition ? ["Relu", "Neg", "Sub"] : ["Relu", "Add", "Mul", "Sub"]);
    expect(graph.nodes.flatMap(({ outputs }) => outputs)).toContain("chosen");
  });

  it("may give an outer value back as it is", async () => {
    const nodes = choose("c");
    nodes[1]!.attribute![0] = attr.graph("then_branch", branch("then", [], "r"));
    const initializer = [{ name: "c", dataType: 9, dims: [1n], int32Data: [1] }];
    const { graph } = readOnnx(onnxFile(graphOf(nodes, { initializer }))); // ONNX Runtime wants an Identity there
    expect(graph.nodes.map(({ op, inputs }) => [op, ...inputs])).toEqual([
      ["Relu", "x"],
      ["Sub", "r", "x"],
    ]);
  });

  it("whose condition the data decides are refused", () =>
    refused(graphOf(choose("c"), { input: [value("x", ["N", 3]), value("c", [], 9)] })).toThrow(
      "If (chosen): got a condition that is only known when the model runs; expected a constant one; export the model without control flow",
    ));
});

describe("functions", () => {
  const own = [{ domain: "", version: 17n }];
  const imports = [...own, { domain: "pkg", version: 1n }];
  const scaled: FileFunction = {
    name: "Scaled",
    domain: "pkg",
    input: ["a", "b"],
    output: ["out", "half"],
    attribute: ["alpha"],
    attributeProto: [attr.float("beta", 0.25)],
    opsetImport: own,
    node: [
      node("HardSigmoid", ["a"], ["h"], {
        attribute: [attr.reference("alpha", "alpha"), attr.reference("beta", "beta")],
      }),
      node("Mul", ["h", "b"], ["out"]),
      node("Neg", ["out"], ["half"]),
    ],
  };
  const twice: FileFunction = {
    name: "Twice",
    domain: "pkg",
    input: ["a"],
    output: ["out"],
    attribute: ["alpha"],
    opsetImport: imports,
    node: [
      node("Scaled", ["a", "a"], ["h", "more"], { domain: "pkg", attribute: [attr.reference("alpha", "alpha")] }),
      node("Scaled", ["h", "a"], ["unused", "out"], {
        domain: "pkg",
        attribute: [attr.float("alpha", 0.5), attr.float("beta", 0.1)],
      }),
    ],
  };
  const calls = [
    node("Twice", ["x"], ["h"], { domain: "pkg", attribute: [attr.float("alpha", 0.3)] }),
    node("Twice", ["h"], ["y"], { domain: "pkg", attribute: [attr.float("alpha", 0.4)] }),
  ];

  it("are put in place: in each other, with attributes given, referred to and left out", async () => {
    const { graph } = await sameNumbers(onnxFile(graphOf(calls), { functions: [scaled, twice], domains: ["pkg"] }));
    const once = ["HardSigmoid", "Mul", "HardSigmoid", "Mul", "Neg"]; // nobody needs the first Neg
    expect(graph.nodes.map(({ op }) => op)).toEqual([...once, ...once]);
    expect(graph.nodes.map(({ name }) => name)).toContain("y/h/out");
    expect(new Set(graph.nodes.map(({ name }) => name)).size).toBe(10);
    const beta = graph.nodes.filter(({ op }) => op === "HardSigmoid").map(({ attributes }) => attributes.beta);
    expect(beta[0]).toEqual({ float: 0.25 });
  });

  it("take parameters of the graph", async () => {
    const initializer = [floatTensor("w", [3], [1, -2, 3])];
    const nodes = [
      node("Scaled", ["x", "w"], ["", "y"], { domain: "pkg", attribute: [attr.float("alpha", 1)], name: "call" }),
    ];
    const { graph } = await sameNumbers(
      onnxFile(graphOf(nodes, { initializer }), { functions: [scaled], domains: ["pkg"] }),
    );
    expect([...graph.parameters.keys()]).toEqual(["w"]);
  });

  it("that call each other in a circle are refused", () => {
    const circle = { ...twice, node: [node("Twice", ["a"], ["out"], { domain: "pkg" })] };
    refused(graphOf(calls), { functions: [circle], domains: ["pkg"] }).toThrow(
      "more than 64 deep in each other; expected fewer, and no function that calls itself",
    );
  });

  it("that would expand to millions of nodes are refused", () => {
    const functions = Array.from({ length: 30 }, (_, i): FileFunction => {
      const inner = i === 29 ? node("Neg", ["a"], ["b"]) : node(`F${i + 1}`, ["a"], ["b"], { domain: "pkg" });
      const next = i === 29 ? node("Neg", ["b"], ["out"]) : node(`F${i + 1}`, ["b"], ["out"], { domain: "pkg" });
      return { name: `F${i}`, domain: "pkg", input: ["a"], output: ["out"], opsetImport: imports, node: [inner, next] };
    });
    refused(graphOf([node("F0", ["x"], ["y"], { domain: "pkg" })]), { functions, domains: ["pkg"] }).toThrow(
      "got more than 100000 nodes from functions; expected fewer",
    );
  });

  it("cannot see the values of their caller", () => {
    const leak = { ...twice, node: [node("Add", ["a", "h"], ["out"])] };
    refused(graphOf([relu, ...calls].slice(1)), { functions: [leak], domains: ["pkg"] }).toThrow(
      'got input "h"; expected a value',
    );
  });
});
