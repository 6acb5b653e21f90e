import { expect, it } from "vitest";
import { EngineError } from "../../errors.js";
import { engineFault } from "./engine-fault.js";

it("engineFault says what failed, whose fault it is and what a report needs", () => {
  const cause = new Error("Non-zero status code returned while running Conv node");
  const lines = engineFault(new EngineError(`onnxruntime: ${cause.message}`, { cause })).split("\n");
  expect(lines.slice(0, 4)).toEqual([
    "senet: onnxruntime: Non-zero status code returned while running Conv node",
    "This is a fault of senet or its engine; please report it with the command line and what follows.",
    expect.stringMatching(/^senet \d.*, onnxruntime \d.*, node v\d.* cores of /),
    "Error: Non-zero status code returned while running Conv node",
  ]);
  expect(lines[4]).toContain("engine-fault.test");
});
