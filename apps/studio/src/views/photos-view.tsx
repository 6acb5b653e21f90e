import { signal } from "@preact/signals";
import type { GatedClassifier } from "senet/explain";
import { Answers } from "../parts/answers.js";
import { DropZone } from "../parts/drop-zone.js";
import { GateRows } from "../parts/gate-rows.js";
import { type Look, Looker, openToLook } from "../state/looking.js";
import { Switching } from "../state/switching.js";

interface Photo {
  readonly name: string;
  /** The address of the photo in this page. */
  readonly url: string;
  readonly pixels: ImageData;
}

const model = signal<{ readonly name: string; readonly classifier: GatedClassifier } | undefined>(undefined);
const photos = signal<readonly Photo[]>([]);
const chosen = signal<Photo | undefined>(undefined);
const look = signal<Look | undefined>(undefined);
const failure = signal("");
const switching = new Switching();
const looker = new Looker();

async function told(work: () => Promise<void>): Promise<void> {
  failure.value = "";
  try {
    await work();
  } catch (error) {
    failure.value = (error as Error).message;
  }
}

const takeModel = ([file]: readonly File[]) =>
  told(async () => {
    if (file === undefined) return;
    const classifier = await openToLook(new Uint8Array(await file.arrayBuffer()));
    await model.value?.classifier.close();
    switching.chosen.value = {};
    switching.means = {};
    model.value = { name: file.name, classifier };
    lookAtChosen();
  });

const takePhotos = (files: readonly File[]) =>
  told(async () => {
    for (const file of files) {
      const bitmap = await createImageBitmap(file).catch(() => {
        throw new Error(`${file.name} is no image that this browser can read`);
      });
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d")!;
      context.drawImage(bitmap, 0, 0);
      const pixels = context.getImageData(0, 0, bitmap.width, bitmap.height);
      photos.value = [...photos.value, { name: file.name, url: URL.createObjectURL(file), pixels }];
      bitmap.close();
    }
    chosen.value ??= photos.value[0];
    lookAtChosen();
  });

function lookAtChosen(): void {
  if (model.value === undefined || chosen.value === undefined) return;
  looker.look(
    model.value.classifier,
    chosen.value.pixels,
    switching.values(),
    (found) => {
      look.value = found;
    },
    (error) => {
      failure.value = error.message;
    },
  );
}

/** Photos and a model of one's own: answers, and the gates of every block. */
export function PhotosView() {
  const found = look.value;
  return (
    <section class="photos">
      <div>
        <h1>Your photos</h1>
        <p class="quiet">Nothing leaves this machine.</p>
        <DropZone accept=".onnx" onFiles={takeModel}>
          {model.value === undefined ? <>Drop a model with gates, an .onnx file, or</> : <>Model: {model.value.name}</>}
        </DropZone>
        <p />
        <DropZone accept="image/*" several onFiles={takePhotos}>
          Drop photos, or
        </DropZone>
        {failure.value !== "" && <p role="alert">{failure}</p>}
        <ul class="thumbs" aria-label="Photos">
          {photos.value.map((photo) => (
            <li key={photo.url}>
              <button
                type="button"
                aria-pressed={photo === chosen.value}
                title={photo.name}
                onClick={() => {
                  chosen.value = photo;
                  lookAtChosen();
                }}
              >
                <img src={photo.url} alt={photo.name} loading="lazy" />
              </button>
            </li>
          ))}
        </ul>
      </div>
      <div>
        {chosen.value !== undefined && (
          <div class="shown">
            <img src={chosen.value.url} alt={chosen.value.name} />
            {found !== undefined && (
              <div>
                <h2>{chosen.value.name}</h2>
                <Answers answers={found.answers} />
                <p class="quiet">{found.time.toFixed(0)} ms</p>
              </div>
            )}
          </div>
        )}
        {found !== undefined && (
          <>
            <h2>Gates</h2>
            <GateRows
              blocks={found.blocks}
              switched={switching.chosen.value}
              onSwitch={(site, to) => {
                switching.choose(site, to);
                lookAtChosen();
              }}
            />
          </>
        )}
      </div>
    </section>
  );
}
