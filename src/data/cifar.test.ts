import { describe, expect, it } from "vitest";
import { concat } from "../files/build-tar.test.helper.js";
import { cifar10, cifar100, parseCifar, parseClassNames } from "./cifar.js";

/** A record whose first pixels are 1, 2, 3 in the three planes, and `fill` elsewhere. */
function record(labels: number[], fill: number): Uint8Array {
  const pixels = new Uint8Array(3072).fill(fill);
  for (const channel of [0, 1, 2]) pixels[channel * 1024] = channel + 1;
  return concat([Uint8Array.from(labels), pixels]);
}

describe("parseCifar", () => {
  it("reads label and planes of every record, file after file", () => {
    const files = [
      { source: "1.bin", bytes: concat([record([3], 10), record([9], 20)]) },
      { source: "2.bin", bytes: record([0], 30) },
    ];
    const { images, labels, length } = parseCifar(files, cifar10);
    expect(length).toBe(3);
    expect([...labels]).toEqual([3, 9, 0]);
    expect(images).toHaveLength(3 * 3072);
    expect([...images.subarray(3072, 3075)]).toEqual([1, 20, 20]);
    expect([images[3072 + 1024], images[3072 + 2048], images[2 * 3072 + 3071]]).toEqual([2, 3, 30]);
  });

  it("takes the fine one of CIFAR-100's two labels", () => {
    const { labels, images } = parseCifar([{ source: "train.bin", bytes: record([4, 72], 0) }], cifar100);
    expect([...labels]).toEqual([72]);
    expect([...images.subarray(0, 2)]).toEqual([1, 0]);
  });

  it("refuses a file that ends inside a record", () => {
    const bytes = record([1], 0).subarray(0, 3000);
    expect(() => parseCifar([{ source: "x.bin", bytes }], cifar10)).toThrow(
      "x.bin: got 3000 bytes; expected a multiple of 3073, 1 for the label and 3072 for the pixels; " +
        "is the file truncated, or another dataset's?",
    );
  });

  it("refuses an empty file", () => {
    expect(() => parseCifar([{ source: "x.bin", bytes: new Uint8Array(0) }], cifar10)).toThrow(
      "x.bin: got no images; expected records of 3073 bytes",
    );
  });

  it("says which record of which file has a label out of range", () => {
    const files = [
      { source: "1.bin", bytes: record([1], 0) },
      { source: "2.bin", bytes: concat([record([1], 0), record([10], 0)]) },
    ];
    expect(() => parseCifar(files, cifar10)).toThrow(
      "2.bin: got label 10 in record 1; expected 0 to 9; is it another dataset's file?",
    );
  });
});

describe("the names of the classes", () => {
  it("are 10 and 100, in the authors' order, which is the alphabet's", () => {
    for (const { classes } of [cifar10, cifar100]) expect(classes).toEqual([...classes].sort());
    expect(new Set(cifar10.classes).size).toBe(10);
    expect(new Set(cifar100.classes).size).toBe(100);
  });

  it("come from a text file, one per line, whatever ends the lines", () => {
    const bytes = new TextEncoder().encode("cat\r\ndog\n\n");
    expect(parseClassNames({ source: "names.txt", bytes }, 2)).toEqual(["cat", "dog"]);
    expect(() => parseClassNames({ source: "names.txt", bytes }, 10)).toThrow(
      "names.txt: got 2 names of classes; expected 10, one per line",
    );
  });
});
