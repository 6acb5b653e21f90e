import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classNumbers, perClass } from "./choose-images.js";

describe("perClass", () => {
  it("takes so many of each class, in the order of the split", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 4 }), { maxLength: 80 }), fc.integer({ min: 1, max: 9 }), (labels, most) => {
        const chosen = [...perClass(labels, most)];
        expect(chosen).toEqual(chosen.toSorted((a, b) => a - b));
        expect(new Set(chosen).size).toBe(chosen.length);
        for (const label of new Set(labels)) {
          const all = labels.filter((one) => one === label).length;
          expect(chosen.filter((i) => labels[i] === label)).toHaveLength(Math.min(most, all));
        }
      }),
    );
    expect([...perClass([1, 0, 1], undefined)]).toEqual([0, 1, 2]);
    expect([...perClass([0, 0, 0, 0], 2)]).toEqual([0, 2]);
  });
});

describe("classNumbers", () => {
  const classes = ["goldfish, Carassius auratus", "pug, pug-dog", "plane", "7"];

  it("knows classes by name, first synonym or number", () =>
    expect(classNumbers(["Pug", "goldfish, carassius auratus", "3", "7", "2"], classes)).toEqual([1, 0, 3, 3, 2]));

  it("says which there are", () => {
    expect(() => classNumbers(["dog"], classes)).toThrow(
      "got dog; expected names or numbers of 4 classes, such as goldfish, pug, plane",
    );
    expect(() => classNumbers(["planes"], classes)).toThrow("such as plane");
    expect(() => classNumbers(["4"], classes)).toThrow("got 4;");
  });
});
