import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noiseImage } from "../../../testing/noise-image.js";
import { photoBatches } from "../../decode/photo-batches.js";
import { preprocess } from "../../preprocess.js";
import type { Preprocessing } from "../../preprocessing.js";
import { nodeDecodePool } from "./node-decode-pool.js";

const folder = mkdtempSync(join(tmpdir(), "senet-photos-"));
const pool = nodeDecodePool(2);
afterAll(async () => {
  await pool.close();
  rmSync(folder, { recursive: true });
});

const preprocessing: Preprocessing = {
  ...{ height: 20, width: 24, resize: 30, interpolation: "lanczos", rounding: "nearest" },
  ...{ mean: [0.4, 0.5, 0.6], std: [0.2, 0.3, 0.25] },
};
const photos = Array.from({ length: 23 }, (_, i) => noiseImage(30 + 7 * i, 90 - 2 * i, 3, i % 2 === 0));
const bad = [0, 5, 6, 7, 22];
const refs = photos.map((_, i) => ({ path: join(folder, `${i}.png`) }));

beforeAll(async () => {
  for (const [i, { data, width, height }] of photos.entries()) {
    const png = await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer();
    writeFileSync(refs[i]!.path, bad.includes(i) ? "nothing" : png);
  }
});

describe("photoBatches", () => {
  it.each([1, 3, 8, 100])(
    "gives every photo in its order, %i at a time, and tells which cannot be read",
    async (batch) => {
      const seen: number[] = [];
      const told: number[] = [];
      for await (const { x, indices, problems } of photoBatches(refs, pool, preprocessing, batch)) {
        const size = 3 * 20 * 24;
        expect(x).toHaveLength(indices.length * size);
        for (const [n, index] of indices.entries()) {
          expect(x.subarray(n * size, (n + 1) * size)).toEqual(preprocess(photos[index]!, preprocessing));
          seen.push(index);
        }
        for (const [index, problem] of problems) {
          expect(problem).toContain("no image (JPEG, PNG");
          told.push(index);
        }
      }
      expect(told).toEqual(bad);
      expect(seen).toEqual([...photos.keys()].filter((i) => !bad.includes(i)));
    },
  );

  it("can be left early, takes bytes, and has nothing to say of nothing", async () => {
    for await (const { indices } of photoBatches(refs, pool, preprocessing, 2)) {
      expect(indices).toEqual([1]);
      break;
    }
    const { data, width, height } = photos[1]!;
    const bytes = await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer();
    const given = photoBatches([{ path: "-", bytes }], pool, preprocessing, 2);
    expect((await given.next()).value?.x).toEqual(preprocess(photos[1]!, preprocessing));
    expect((await given.next()).done).toBe(true);
    expect((await photoBatches([], pool, preprocessing, 2).next()).done).toBe(true);
  });
});
