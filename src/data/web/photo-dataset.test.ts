import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { deflateRawSync } from "node:zlib";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildZip } from "../../files/build-zip.test.helper.js";
import { browser } from "../../testing/browser.js";
import { noiseImage } from "../../testing/noise-image.js";
import { inWebPage } from "../../testing/web-page.js";
import { openDataset } from "../node/open.js";
import { hashesOf, input } from "./page-photos.test.helper.js";

const folder = mkdtempSync(join(tmpdir(), "senet-page-photos-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Photos of two classes, as lossless PNG, one of them grey; by their paths. */
const files: Record<string, Uint8Array> = {};
beforeAll(async () => {
  for (let n = 0; n < 24; n++) {
    const { data, width, height } = noiseImage(40 + 3 * n, 70 - n, n === 5 ? 1 : 3, false);
    const png = sharp(data, { raw: { width, height, channels: n === 5 ? 1 : 3 } }).png();
    files[`photos/${n % 2 === 0 ? "ants" : "bees"}/${n}.png`] = await png.toBuffer();
  }
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
});

/** Files of the page, and code that fetches them as files with paths. */
const page = <T>(code: string, more: Record<string, Uint8Array> = {}) =>
  inWebPage<T>(
    `import { imagesOf, openPhotoStore, photoDataset, pixelsOfFrame } from "senet/web";
     import { hashesOf, input } from "#dist/data/web/page-photos.test.helper.js";
     const blobOf = async (path) => (await fetch(path)).blob();
     const photos = await Promise.all(${JSON.stringify(Object.keys(files))}.map(async (path) => ({ path, blob: await blobOf(path) })));
     const refused = (work) => Promise.resolve().then(work).then(() => "no error", ({ message }) => message);
     const all = async (images) => { const found = []; for await (const image of images) found.push(image); return found; };
     ${code}`,
    { files: { ...files, ...more } },
  );

describe.skipIf(browser === undefined)("photos of a page", () => {
  it("become the batches that Node makes of the same files, to the bit, from files and from an archive", async () => {
    const dataset = await openDataset(`folder:${join(folder, "photos")}`, input);
    const here = await hashesOf(dataset);
    await dataset.close?.();
    const packed = Object.entries(files).map(([path, content], n) => {
      const [method, packed] = n % 2 === 0 ? [0, content] : [8, deflateRawSync(content)];
      return { path, content: packed, method, size: content.length };
    });
    const others = [{ path: "photos/readme.txt", content: Uint8Array.of(1) }];
    const { direct, zipped, classes } = await page<{ direct: string[]; zipped: string[]; classes: string[] }>(
      `const dataset = await photoDataset(photos, input);
       const zip = new File([await blobOf("all.zip")], "all.zip");
       const other = await photoDataset(imagesOf(zip), input);
       report({ direct: await hashesOf(dataset), zipped: await hashesOf(other), classes: dataset.classes });
       await Promise.all([dataset.close(), other.close()]);`,
      { "all.zip": buildZip([...packed, ...others]) },
    );
    expect(classes).toEqual(["ants", "bees"]);
    expect(here.length).toBeGreaterThan(8);
    expect(direct).toEqual(here);
    expect(zipped).toEqual(here);
  });

  it("come from files, drops, folders, canvases and bitmaps; hidden ones and others are left out", async () => {
    const found = await page<Record<string, string[]>>(`
      const named = (path) => new File([photos[0].blob], path);
      const transfer = new DataTransfer();
      transfer.items.add(named("a.png"));
      transfer.items.add(new File(["text"], "notes.txt"));
      const dropped = imagesOf(transfer);
      const root = await navigator.storage.getDirectory();
      const inner = await root.getDirectoryHandle("album", { create: true });
      for (const [name, bytes] of [["b.jpg", photos[0].blob], [".hidden.png", photos[0].blob]]) {
        const writable = await (await inner.getFileHandle(name, { create: true })).createWritable();
        await writable.write(bytes);
        await writable.close();
      }
      const canvas = new OffscreenCanvas(4, 3);
      canvas.getContext("2d").fillRect(0, 0, 2, 2);
      const bitmap = await createImageBitmap(photos[0].blob);
      const frames = await all(imagesOf(canvas, bitmap));
      const [shown] = frames.map(({ blob }) => blob.type);
      const { width, height } = pixelsOfFrame(bitmap);
      const paths = async (images) => (await all(images)).map(({ path }) => path);
      report({
        files: await paths(imagesOf([named("c.png"), named("d.webp"), named("e.mp4")])),
        drop: await paths(dropped),
        folder: await paths(imagesOf(inner)),
        frames: [String(frames.length), shown, width + "x" + height],
        nothing: [await refused(() => pixelsOfFrame(document.createElement("video")))],
      });`);
    expect(found).toEqual({
      files: ["c.png", "d.webp"],
      drop: ["a.png"],
      folder: ["album/b.jpg"],
      frames: ["2", "image/png", "40x70"],
      nothing: ["got a video of 0x0 pixels; expected one that shows something"],
    });
  });

  it("that are none, or cut short, are told, or left out", async () => {
    const jpeg = await sharp({ create: { width: 90, height: 80, channels: 3, background: "teal" } })
      .jpeg()
      .toBuffer();
    const told = await page<string[] & { skipped: string[] }>(
      `const whole = await blobOf("whole.jpg");
       const bad = (blob) => [...photos.slice(0, 8), { path: "photos/ants/bad.jpg", blob }];
       const told = [];
       for (const blob of [whole.slice(0, whole.size - 20), new Blob(["<!doctype html>"]), new Blob(["II*\\0"])]) {
         const dataset = await photoDataset(bad(blob), { ...input, holdout: 1 });
         told.push(await refused(() => all(dataset.test.batches({ batch: 9 }))));
         await dataset.close();
       }
       const trailed = await photoDataset(bad(new Blob([whole, "behind it"])), { ...input, holdout: 1 });
       told.push(String((await all(trailed.test.batches({ batch: 9 }))).length));
       await trailed.close();
       const skipping = await photoDataset(bad(new Blob(["?"])), { ...input, holdout: 1, onBadImage: "skip" });
       await all(skipping.test.batches({ batch: 9 }));
       told.push([...skipping.test.skipped.keys()].join());
       await skipping.close();
       told.push(await refused(() => photoDataset(photos.filter(({ path }) => path.includes("ants")))));
       told.push(await refused(() => photoDataset([...photos, { path: "x.png", blob: whole }])));
       told.push(await refused(() => photoDataset([])));
       report(told);`,
      { "whole.jpg": jpeg },
    );
    expect(told.map((line) => line.replace(/; expected a whole .*$/, ""))).toEqual([
      "photos/ants/bad.jpg: got no image that can be read (a JPEG that is cut short)",
      expect.stringContaining("(a web page, no image"),
      "photos/ants/bad.jpg: got no image that can be read (a TIFF, which browsers do not read; save it as PNG)",
      "1",
      "photos/ants/bad.jpg",
      "photos: got photos of one class, photos/ants; expected at least two classes to tell apart",
      "photos: got x.png outside of a folder; expected one folder per class, with its photos inside",
      "photos: got no photos; expected some, in one folder per class",
    ]);
  });

  it("are kept over a reload, with thumbnails, until they are removed", async () => {
    const kept = await page<Record<string, unknown>>(`
      const store = await openPhotoStore("bees & ants");
      if (sessionStorage.reloaded === undefined) {
        await store.addFolders(photos);
        const [own] = await store.add("..", [photos[0]]);
        await store.add("wrong", [{ path: "page.png", blob: new Blob(["<html>"]) }]).catch(({ message }) => (sessionStorage.refused = message));
        sessionStorage.reloaded = own;
        location.reload();
        await new Promise(() => {});
      }
      const counts = [...store.counts];
      const images = await all(store.images("bees"));
      const thumbnail = await createImageBitmap(await store.thumbnail(images[3].path));
      const same = await photoDataset(store.images(), input);
      await store.remove(images[0].path);
      await store.remove("ants");
      const again = await openPhotoStore("bees & ants");
      report({
        counts,
        slash: await refused(() => store.add("a/b", [photos[0]])),
        classes: same.classes,
        thumbnail: Math.max(thumbnail.width, thumbnail.height),
        left: [...again.counts],
        refused: sessionStorage.refused,
        gone: await refused(() => again.thumbnail("ants/1.png")),
      });`);
    expect(kept).toEqual({
      counts: [
        ["..", 1],
        ["ants", 12],
        ["bees", 12],
      ],
      classes: ["..", "ants", "bees"],
      thumbnail: expect.any(Number),
      left: [
        ["..", 1],
        ["bees", 11],
      ],
      slash: "bees & ants: got class a/b; expected a name without a slash",
      refused: "page.png: got a web page; expected an image that browsers read",
      gone: "bees & ants: got photo ants/1.png; expected one that is kept",
    });
  });
});
