import { afterAll, describe, expect, it } from "vitest";
import { EngineError, UserError } from "../errors.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Value } from "../graph/graph.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { float32, int64, type Tensor } from "../graph/tensor.js";
import { buildGraph, floats } from "../testing/build-graph.js";
import { failure } from "../testing/failure.js";
import type { Runtime, Tensors } from "./runtime.js";

/** total <- total + x, and what it was before, doubled. */
const counter = writeOnnx(
  buildGraph([floats(2), floats(2)], (g, total, x) => [
    g.call("Add", [total, x], {}, "next"),
    g.call("Add", [total, total], {}, "doubled"),
  ]),
);
const counting = { resident: new Map([["x0", float32([2], [10, 20])]]), next: new Map([["x0", "next"]]) };

/** y = 2·x, any number of rows. */
export const doubling = writeOnnx(buildGraph([floats("N", 2)], (g, x) => g.call("Mul", [x, g.scalar(2)], {}, "y")));

/** A graph that keeps one thread busy for a while: a chain of products of 512×512 matrices. */
export function slow(products: number): Uint8Array {
  const chain = (g: GraphBuilder, x: Value) => {
    let y = x;
    for (let i = 0; i < products; i++) y = g.call("MatMul", [y, x]);
    return g.call("Identity", [y], {}, "y");
  };
  return writeOnnx(buildGraph([floats(512, 512)], chain));
}
export const matrix = { x0: float32([512, 512], new Float32Array(512 * 512).fill(1 / 512)) };

/** What stands at an index of [10, 20]. */
const gathered = (g: GraphBuilder, index: Value) =>
  g.call("Gather", [g.constant(float32([2], [10, 20])), index], {}, "y");

const values = (tensor: Tensor | undefined) => Array.from(tensor!.data, Number);

/** What every runtime does. @param make opens one over onnxruntime-node. */
export function describeRuntime(make: () => Runtime): void {
  const runtime = make();
  afterAll(() => runtime.close());

  describe("run", () => {
    it("returns every output by name with its type and shape", async () => {
      const graph = buildGraph([floats(2, 3), { dtype: "int64", shape: [2] }], (g, x, labels) => [
        g.call("ReduceSum", [x, g.ints([1])], { keepdims: 0 }, "sum"),
        g.call("Add", [labels, labels], {}, "twice"),
      ]);
      const session = await runtime.open(writeOnnx(graph));
      const feeds = { x0: float32([2, 3], [1, 2, 3, 4, 5, 6]), x1: int64([2], [7, -8]) };
      expect(await session.run(feeds)).toEqual({ sum: float32([2], [6, 15]), twice: int64([2], [14, -16]) });
      await session.release();
    });

    it("takes any size where the graph leaves one open, and leaves the feeds as they were", async () => {
      const session = await runtime.open(doubling);
      for (const rows of [1, 3]) {
        const x = float32([rows, 2], new Float32Array(2 * rows).fill(1.5));
        expect(await session.run({ x0: x })).toEqual({ y: float32([rows, 2], new Float32Array(2 * rows).fill(3)) });
        expect(values(x)).toEqual(Array(2 * rows).fill(1.5));
      }
      await session.release();
    });

    it("works off many runs of several sessions in the order they were asked for", async () => {
      const [a, b] = [await runtime.open(doubling), await runtime.open(counter, counting)];
      const order: string[] = [];
      const asked = [0, 1, 2].flatMap((i) => [
        a.run({ x0: float32([1, 2], [i, i]) }).then(({ y }) => order.push(`a${values(y)}`)),
        b.run({ x1: float32([2], [1, 1]) }).then(({ doubled }) => order.push(`b${values(doubled)}`)),
      ]);
      await Promise.all(asked);
      expect(order).toEqual(["a0,0", "b20,40", "a2,2", "b22,42", "a4,4", "b24,44"]);
      await Promise.all([a.release(), b.release()]);
    });
  });

  describe("resident values", () => {
    it("are carried from run to run, and what renews them is not returned", async () => {
      const session = await runtime.open(counter, counting);
      const results: Tensors[] = [];
      for (const x of [1, 2, 3]) results.push(await session.run({ x1: float32([2], [x, 10 * x]) }));
      expect(results).toEqual([
        { doubled: float32([2], [20, 40]) },
        { doubled: float32([2], [22, 60]) },
        { doubled: float32([2], [26, 100]) },
      ]);
      expect(await session.read()).toEqual(new Map([["x0", float32([2], [16, 80])]]));
      await session.release();
    });

    it("that are read are a copy: neither later runs nor writing into it change the other", async () => {
      const session = await runtime.open(counter, counting);
      const before = (await session.read(["x0"])).get("x0")!;
      await session.run({ x1: float32([2], [1, 1]) });
      expect(values(before)).toEqual([10, 20]);
      (before.data as Float32Array).fill(0);
      expect(values((await session.read()).get("x0"))).toEqual([11, 21]);
      expect(values(counting.resident.get("x0"))).toEqual([10, 20]); // nor is what it was opened with
      await session.release();
    });

    it("can be replaced, also after an odd and an even number of runs", async () => {
      const session = await runtime.open(counter, counting);
      for (const start of [100, 200, 300]) {
        await session.write(new Map([["x0", float32([2], [start, 0])]]));
        const { doubled } = await session.run({ x1: float32([2], [1, 1]) });
        expect(values(doubled)).toEqual([2 * start, 0]);
        expect(values((await session.read()).get("x0"))).toEqual([start + 1, 1]);
      }
      await session.release();
    });

    it("that nothing renews stay as they are", async () => {
      const session = await runtime.open(counter, { resident: counting.resident });
      for (let i = 0; i < 2; i++) {
        const results = await session.run({ x1: float32([2], [1, 1]) });
        expect(results).toEqual({ next: float32([2], [11, 21]), doubled: float32([2], [20, 40]) });
      }
      await session.release();
    });

    it("that come in one array do not overwrite each other", async () => {
      const shared = float32([2], [10, 20]);
      const resident = new Map([
        ["x0", shared],
        ["x1", { ...shared }],
      ]);
      const session = await runtime.open(counter, { resident, next: counting.next });
      for (let i = 0; i < 4; i++) await session.run({});
      expect(values((await session.read()).get("x0"))).toEqual([50, 100]);
      expect(values((await session.read()).get("x1"))).toEqual([10, 20]);
      await session.release();
    });

    it("of several sessions of one graph are each session's own", async () => {
      const [a, b] = [await runtime.open(counter, counting), await runtime.open(counter, counting)];
      await a.run({ x1: float32([2], [1, 1]) });
      expect(values((await b.read()).get("x0"))).toEqual([10, 20]);
      await Promise.all([a.release(), b.release()]);
    });

    it("are refused under another name, type or size", async () => {
      const session = await runtime.open(counter, counting);
      expect((await failure(session.read(["total"]))).message).toBe(
        "onnxruntime: got resident value total; expected one of x0",
      );
      expect((await failure(session.write(new Map([["x0", float32([3], [1, 2, 3])]])))).message).toBe(
        "onnxruntime: got float32 [3] for x0; expected float32 [2]",
      );
      expect((await failure(session.write(new Map([["x0", int64([2], [1, 2])]])))).message).toBe(
        "onnxruntime: got int64 [2] for x0; expected float32 [2]",
      );
      expect(values((await session.read()).get("x0"))).toEqual([10, 20]);
      await session.release();
    });

    it("are refused when opened with a next value but no first one", async () => {
      const error = await failure(runtime.open(counter, { next: new Map([["x0", "next"]]) }));
      expect(error.message).toBe("onnxruntime: got a next value for x0; expected a first value of it too");
    });
  });

  describe("time", () => {
    it("runs as often as asked, carries state and returns milliseconds in the engine's thread", async () => {
      const session = await runtime.open(counter, counting);
      const times = await session.time({ x1: float32([2], [1, 2]) }, 5);
      expect(times).toHaveLength(5);
      expect(times.every((ms) => ms > 0 && ms < 10_000)).toBe(true);
      expect(values((await session.read()).get("x0"))).toEqual([15, 30]);
      await session.release();
    });
  });

  describe("mistakes", () => {
    it("of the file are the user's: bytes that are no ONNX model, and a truncated one", async () => {
      for (const bytes of [Uint8Array.of(1, 2, 3), doubling.subarray(0, doubling.length >> 1)]) {
        const error = await failure(runtime.open(bytes));
        expect(error).toBeInstanceOf(UserError);
        expect(error.message).toMatch(/^onnxruntime: .*(protobuf|Protobuf|INVALID)/);
      }
    });

    it("of the feeds are the user's and name the input, and the session still works", async () => {
      const session = await runtime.open(doubling);
      const x = float32([1, 2], [1, 2]);
      const refused = async (feeds: Tensors) => {
        const error = await failure(session.run(feeds));
        expect(error).toBeInstanceOf(UserError);
        return error.message;
      };
      expect(await refused({})).toBe("onnxruntime: got no x0; expected float32 [N,2]");
      expect(await refused({ x0: float32([1, 3], [1, 2, 3]) })).toBe(
        "onnxruntime: got float32 [1,3] for x0; expected float32 [N,2]",
      );
      expect(await refused({ x0: float32([2], [1, 2]) })).toBe(
        "onnxruntime: got float32 [2] for x0; expected float32 [N,2]",
      );
      expect(await refused({ x0: int64([1, 2], [1, 2]) })).toBe(
        "onnxruntime: got int64 [1,2] for x0; expected float32 [N,2]",
      );
      expect(await session.run({ x0: x })).toEqual({ y: float32([1, 2], [2, 4]) });
      await session.release();
    });

    it("of use after release are told, and other sessions still work", async () => {
      const [released, open] = [await runtime.open(doubling), await runtime.open(doubling)];
      await released.release();
      const message = "onnxruntime: got a session that was released; expected an open one";
      const x = { x0: float32([1, 2], [1, 2]) };
      expect((await failure(released.run(x))).message).toBe(message);
      expect((await failure(released.release())).message).toBe(message);
      expect(await open.run(x)).toEqual({ y: float32([1, 2], [2, 4]) });
      await open.release();
    });
  });

  describe("failures of the engine", () => {
    it("are told apart from mistakes, with the engine's own error as their cause", async () => {
      // A graph that fits together for us, and an operator that the engine does not have.
      const text = new TextDecoder("latin1").decode(doubling).replaceAll("Mul", "Mol");
      const error = await failure(runtime.open(Uint8Array.from(text, (letter) => letter.charCodeAt(0))));
      expect(error).toBeInstanceOf(EngineError);
      expect(error.message).toMatch(/^onnxruntime: .*Mol/);
      expect((error.cause as Error).stack).toContain("onnxruntime-node");
    });

    it("in a run leave the session as it was", async () => {
      const session = await runtime.open(
        writeOnnx(buildGraph([{ dtype: "int64", shape: ["N"] }], (g, index) => [gathered(g, index)])),
      );
      const error = await failure(session.run({ x0: int64([1], [5]) }));
      expect(error).toBeInstanceOf(EngineError);
      expect(error.message).toMatch(/^onnxruntime: .*Gather/);
      expect(await session.run({ x0: int64([1], [1]) })).toEqual({ y: float32([1], [20]) });
      await session.release();
    });

    it("for want of memory say how much, and what to do", async () => {
      const entries = 2 ** 50; // more than addresses can tell
      const session = await runtime.open(
        writeOnnx(buildGraph([floats(1)], (g, x) => g.call("Expand", [x, g.ints([entries])], {}, "y"))),
      );
      const error = await failure(session.run({ x0: float32([1], [0]) }));
      expect(error).toBeInstanceOf(UserError);
      expect(error.message).toBe(
        `onnxruntime: got no memory for ${4 * entries} bytes; use a smaller batch, or a machine with more`,
      );
      await session.release();
    });
  });

  describe("closing", () => {
    it("lets work in progress finish, and refuses new work", async () => {
      const other = make();
      const session = await other.open(slow(20));
      const running = session.run(matrix);
      const closing = other.close();
      const message = "onnxruntime: the engine was closed; open a new runtime";
      expect((await failure(session.run(matrix))).message).toBe(message);
      expect((await running).y!.data[0]).toBeCloseTo(1 / 512, 6);
      await closing;
      expect((await failure(other.open(doubling))).message).toBe(message);
      await other.close(); // twice is no mistake
    });
  });
}
