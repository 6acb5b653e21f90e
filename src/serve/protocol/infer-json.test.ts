import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readInferJson } from "./infer-json.js";

const read = (text: string) => readInferJson(new TextEncoder().encode(text));

/** Places of keys and texts that look like the numbers of a tensor and are none. */
const strange = fc.constantFrom("data", "inputs", "[", "]", '"', "\\", "a,b", "\u2028", "ü", "[1]");

describe("readInferJson", () => {
  it("finds the numbers wherever they stand, and nothing else in their place", () => {
    const parameters = fc.dictionary(
      strange,
      fc.oneof(strange, fc.array(fc.nat()), fc.dictionary(strange, fc.array(fc.nat()))),
    );
    const request = fc.record({
      id: strange,
      parameters,
      inputs: fc.array(fc.record({ name: strange, parameters, data: fc.array(fc.nat(), { minLength: 1 }) }), {
        maxLength: 3,
      }),
    });
    fc.assert(
      fc.property(request, fc.nat(3), fc.boolean(), ({ id, parameters, inputs }, indent, turned) => {
        const full = inputs.map((input) => {
          const entries = Object.entries({ ...input, shape: [input.data.length], datatype: "FP64" });
          return Object.fromEntries(turned ? entries.reverse() : entries);
        });
        const body = turned ? { inputs: full, parameters, id } : { id, parameters, inputs: full };
        const found = read(JSON.stringify(body, undefined, indent));
        expect([found.id, found.parameters]).toEqual([id, parameters]);
        expect(found.inputs.map(({ name, tensor }) => ({ name, data: [...tensor!.data] }))).toEqual(
          inputs.map(({ name, data }) => ({ name, data })),
        );
      }),
    );
  });

  it("takes keys however JSON writes them, and the last of those that are said twice", () => {
    const [input] = read('{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","\\u0064ata":[7]}]}').inputs;
    expect([...input!.tensor!.data]).toEqual([7]);
    const [last] = read('{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1],"data":[2]}]}').inputs;
    expect([...last!.tensor!.data]).toEqual([2]);
  });

  it.each([
    ["", "got no JSON"],
    ["{}", "got inputs:"],
    ['{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1]}]', "got no JSON"],
    ['{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1', "got JSON that ends within data"],
    ['{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":3}]}', "got inputs.0.data:"],
    ['{"inputs":[{"name":"x","shape":[1],"datatype":"FP32"}]}', "got no data of x"],
    ['{"inputs":[{"name":"x","shape":[-1],"datatype":"FP32","data":[1]}]}', "got inputs.0.shape.0:"],
    ['{"inputs":[{"name":"x","shape":[1],"datatype":"UINT64","data":[1]}]}', "got x of UINT64; expected one of BOOL"],
    [
      '{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1],"parameters":{"binary_data_size":4}}]}',
      "got both",
    ],
    ['{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","parameters":{"binary_data_size":5}}]}', "expected 4, for"],
    ['{"inputs":[{"name":"x","shape":[4294967296,4294967296],"datatype":"FP32","data":[1]}]}', "too large"],
  ])("refuses %s", (text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it("fails at hostile texts by refusing them, whatever they are", () => {
    const whole =
      '{"id":"7","inputs":[{"name":"x","shape":[2,2],"datatype":"FP32","data":[[1,2],[3,4]]}],"outputs":[{"name":"y"}]}';
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(whole.length), fc.nat(3), fc.string({ maxLength: 3 }))), (edits) => {
        let text = whole;
        for (const [at, cut, put] of edits) text = text.slice(0, at) + put + text.slice(at + cut);
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        try {
          read(text);
          expect(isJson).toBe(true);
        } catch (error) {
          expect((error as Error).name).toBe("UserError");
        }
      }),
      { numRuns: 2000 },
    );
  });
});
