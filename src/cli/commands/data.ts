import { Command } from "commander";
import { bounds } from "../../bounds.js";
import type { Dataset } from "../../data/dataset.js";
import type { OpenOptions } from "../../data/node/open.js";
import { UserError } from "../../errors.js";
import { checkNewFile } from "../../files/node/new-file.js";
import { type DataFlags, dataDescription, dataOptions, openOptionsOf } from "../flags/data-options.js";
import { refuseIdleForData } from "../flags/idle-flags.js";
import { number } from "../flags/number-option.js";
import { forceOption } from "../flags/options.js";
import { noticeText, tell } from "../terminal/notice-text.js";
import { print } from "../terminal/print.js";
import { bar, Progress } from "../terminal/progress.js";

/** `senet data`: datasets and their public homes. */
export const data = new Command("data");

data
  .command("list")
  .description("List what --data reads and what can be fetched.")
  .option("--json", "print one JSON document")
  .action(list);

const show = data
  .command("show")
  .description("Show what is in a dataset, or where one comes from.")
  .argument("<name or spec>", `a name that senet data list shows, ${dataDescription}`)
  .option("--sheet <file>", "PNG file to write 64 training images to")
  .addOption(forceOption())
  .option("--augmented", "augment the images of the sheet, as training does")
  .addOption(number("--sample <n>", "number of image files to measure", bounds.images, 500))
  .option("--json", "print one JSON document")
  .action(showOne);
for (const option of dataOptions()) show.addOption(option);

data
  .command("fetch")
  .description("Fetch a dataset from its public home; goes on where it broke off, checks what came.")
  .argument("<name>", "a name that senet data list shows")
  .requiredOption("--to <dir>", "folder that the dataset goes to")
  .option("--base <url>", "address of a mirror with the same files (default: SENET_DATA_BASE, or the public home)")
  .action(fetchOne);

async function list({ json }: { json?: true }): Promise<void> {
  const { datasetSpecs } = await import("../../data/node/open.js");
  const { homes } = await import("../../data/homes.js");
  if (json) {
    const fetched = Object.entries(homes).map(([name, { about, page, files }]) => ({ name, about, page, files }));
    print(`${JSON.stringify({ specs: datasetSpecs, homes: fetched })}\n`);
    return;
  }
  const width = Math.max(...Object.keys(homes).map((name) => name.length));
  const lines = Object.entries(homes).map(([name, { about }]) => `  ${name.padEnd(width)}  ${about}`);
  print(
    `--data reads\n  ${datasetSpecs.join("\n  ")}\n\nsenet data fetch NAME --to DIR fetches\n${lines.join("\n")}\n`,
  );
}

interface ShowFlags extends DataFlags {
  readonly sheet?: string;
  readonly force?: true;
  readonly augmented?: true;
  readonly sample: number;
  readonly json?: true;
}

async function showOne(spec: string, flags: ShowFlags): Promise<void> {
  const { homes } = await import("../../data/homes.js");
  if (Object.hasOwn(homes, spec)) return showHome(spec, flags.json);
  const { checkOutsideData } = await import("../../data/node/outside-data.js");
  const { datasetFiles, openDataset } = await import("../../data/node/open.js");
  const { sheet, force } = flags;
  if (sheet !== undefined) {
    if (!/\.png$/i.test(sheet)) throw new UserError(`--sheet: got ${sheet}; expected a .png file`);
    checkNewFile(sheet, { option: "sheet", force, inputs: datasetFiles(spec) });
    checkOutsideData(sheet, spec, "sheet");
  }
  const options: OpenOptions = openOptionsOf(flags);
  const limit = flags.sample;
  const dataset = await openDataset(spec, options);
  refuseIdleForData(flags, dataset);
  const sample = await openDataset(spec, { ...options, trainLimit: limit, testLimit: limit });
  try {
    await showDataset(dataset, sample, flags);
  } finally {
    await Promise.all([dataset.close?.(), sample.close?.()]);
  }
}

/** Shows what is in a dataset. @param sample the same one with the images to measure. */
async function showDataset(dataset: Dataset, sample: Dataset, { sheet, augmented, json }: ShowFlags): Promise<void> {
  const { describeDataset } = await import("../../workspace/data/describe-dataset.js");
  const { skippedImages } = await import("../../workspace/data/skipped-images.js");
  const { writeSheet } = await import("../../workspace/data/contact-sheet.js");
  const { formatDescription } = await import("../terminal/format-dataset.js");
  const description = await describeDataset(dataset, sample);
  for (const notice of [...(dataset.notices ?? []), ...skippedImages(sample)]) tell(notice);
  if (sheet !== undefined) await writeSheet(dataset, sheet, augmented === true);
  if (json) print(`${JSON.stringify(description)}\n`);
  else print(`${formatDescription(description)}${sheet === undefined ? "" : `sheet: ${sheet}\n`}`);
}

async function showHome(name: string, json: true | undefined): Promise<void> {
  const { addressOf } = await import("../../data/homes.js");
  const { homeOf } = await import("../../data/node/fetch-dataset.js");
  const { about, page, files, unpacks, spec } = homeOf(name);
  if (json) {
    const addresses = files.map((file) => ({ ...file, url: addressOf(file) }));
    print(`${JSON.stringify({ name, about, page, files: addresses, unpacks, spec: spec("DIR") })}\n`);
    return;
  }
  const lines = files.map((file) => {
    const size = file.bytes === undefined ? "size unknown" : `${file.bytes.toLocaleString("en")} bytes`;
    return `  ${addressOf(file)}\n    ${size}, ${file.md5 === undefined ? "no checksum published" : `MD5 ${file.md5}`}`;
  });
  print(
    `${name}: ${about}\n${page}\n${lines.join("\n")}\n` +
      `fetch it:  senet data fetch ${name} --to DIR\nthen:      --data ${spec("DIR")}\n`,
  );
}

async function fetchOne(name: string, { to, base }: { to: string; base?: string }): Promise<void> {
  const { fetchDataset } = await import("../../data/node/fetch-dataset.js");
  const { dataMirror } = await import("../../files/node/settings.js");
  const { interruptible } = await import("../terminal/interrupt.js");
  const progress = new Progress();
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  let file = "";
  try {
    const spec = await interruptible("stopping; what came is kept, the same command goes on from there", (signal) =>
      fetchDataset(name, to, {
        base: base ?? dataMirror(),
        signal,
        onFile: (next) => {
          file = next;
        },
        onProgress: (bytes, total) =>
          progress.update(
            total === undefined
              ? `${file}  ${megabytes(bytes)}`
              : `${bar(bytes / total)} ${file}  ${megabytes(bytes)} of ${megabytes(total)}`,
          ),
        onNotice: (notice) => progress.line(`senet: ${noticeText(notice)}`),
        onUnpack: (files) => progress.update(`unpacking ${file}: ${files} files`),
      }),
    );
    progress.clear();
    print(`${name} is in ${to}; use it with --data ${spec}\n`);
  } finally {
    progress.clear();
  }
}
