import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { listCache } from "./list-hub-cache.js";

const cache = mkdtempSync(join(tmpdir(), "senet-cache-"));
afterAll(() => rmSync(cache, { recursive: true, force: true }));

function put(path: string, content: string): void {
  mkdirSync(join(cache, path, ".."), { recursive: true });
  writeFileSync(join(cache, path), content);
}

const commit = "a".repeat(40);

it("lists models among whatever else lies there", async () => {
  put("models--timm--one--two/blobs/b1", "12345");
  put("models--timm--one--two/blobs/b2.incomplete", "123");
  put("models--timm--one--two/refs/refs/pr/1", commit);
  put("models--timm--one--two/refs/main", "no commit");
  put(`models--timm--one--two/snapshots/${commit}/sub/config.json`, "1");
  symlinkSync("../../blobs/b1", join(cache, `models--timm--one--two/snapshots/${commit}/model.safetensors`));
  symlinkSync("../../blobs/gone", join(cache, `models--timm--one--two/snapshots/${commit}/gone`));
  mkdirSync(join(cache, "models--timm--one--two/snapshots/no-commit"));
  put(`models--gpt2/snapshots/${commit}/x`, "12"); // fetched by its commit: nothing in refs
  put(`datasets--a--b/snapshots/${commit}/x`, "1");
  put("models--a--file", "");
  put("version.txt", "1");
  put(".locks/models--timm--one--two/b1.lock", "");
  const { models, bytes, unfinished } = await listCache(cache);
  const brief = models.map(({ repository, revisions, files }) => [
    repository,
    revisions,
    files.map(({ name, bytes }) => `${name} ${bytes}`),
  ]);
  expect(brief).toEqual([
    ["gpt2", [], ["x 2"]],
    ["timm/one--two", ["refs/pr/1"], ["model.safetensors 5", "sub/config.json 1"]],
  ]);
  expect(unfinished).toMatchObject([{ repository: "timm/one--two", bytes: 3 }]);
  expect(bytes).toBe(2 + 5 + 1 + 3);
});

it("takes a cache that is not there for empty, and a file for none", async () => {
  expect(await listCache(join(cache, "none"))).toEqual({ models: [], bytes: 0, unfinished: [] });
  await expect(listCache(join(cache, "version.txt"))).rejects.toThrow(
    "version.txt: got a file; expected the folder of a cache",
  );
});
