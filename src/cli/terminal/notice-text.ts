import { quoted } from "../../errors.js";
import type { Notice, OnNotice } from "../../notice.js";
import { say } from "./print.js";
import { visible } from "./visible.js";

type Kind = Notice["kind"];

/** What the command line says of each kind of notice, in a line. */
const texts: { readonly [K in Kind]: (notice: Extract<Notice, { kind: K }>) => string } = {
  renewed: ({ parameter, file, network }) =>
    `${parameter} starts anew: the file has [${file}], the network [${network}]`,
  "renewed-head": ({ parameters, classes }) => `${parameters.join(", ")} start anew, for ${classes} classes`,
  "channel-kernels": ({ parameters, from, to }) =>
    `for ${from} ${from === 1 ? "channel" : "channels"}, ${to === 1 ? "summed over them for 1" : `repeated and scaled for ${to}`}: ${firstOf(parameters)}; ` +
    "mean and std that are known for those are averaged",
  surplus: ({ source, tensors }) => `left out ${tensors.length} tensors of ${source}: ${tensors.join(", ")}`,
  rounded: ({ tensors, from, to }) => `rounded ${tensors} tensors from ${from} to ${to}`,
  widened: ({ tensors, from, to }) => `widened ${tensors} tensors from ${from} to ${to}`,
  entry: ({ entry, beside }) =>
    `took the weights under "${entry}"${beside.length === 0 ? "" : `; not ${firstOf(beside)}`}`,
  "no-tensors": ({ values }) => `left out ${values.length} values that are no tensors: ${firstOf(values)}`,
  skipped: ({ names }) => `skipped, as they are no weights: ${firstOf(names)}`,
  prefix: ({ source, prefix }) => `took "${quoted(prefix)}" off every name of ${source}`,
  aside: ({ source, tensors }) => `left out what is no weight of ${source}: ${firstOf(tensors)}`,
  constants: ({ count }) => `left out ${count} constants that are no weights`,
  retry: ({ address, reason, seconds }) => `${address}: ${reason}; trying again in ${seconds} s`,
  "damaged-file": ({ path, name }) => `${path}: it is damaged; fetching ${name} anew`,
  "unfit-part": ({ path }) => `${path}: what was there before does not fit; fetching it anew`,
  waiting: ({ process, name }) => `process ${process} is fetching ${name}; waiting for it`,
  "from-cache": ({ reason, commit, cache }) => `${reason}; taking commit ${commit} out of ${cache}`,
  "skipped-image": ({ name, reason }) => `left out ${name}: ${reason}`,
  "left-out-files": ({ source, files, endings }) =>
    `${source}: left out ${files} files that are no images: ${endings
      .slice(0, 6)
      .map(([ending, count]) => `${count} × ${ending}`)
      .join(", ")}${endings.length > 6 ? ", …" : ""}`,
  "single-class": ({ source, name }) =>
    `${source}: got one class, ${quoted(name)}, so that every answer is right; expected a folder for each class`,
  "one-sided-classes": ({ without, classes }) =>
    `${classes.length} classes have no ${without} images: ${firstOf(classes)}`,
  "repeated-files": ({ source, files, contradictory, first, labels }) =>
    `${source}: ${files} files stand in more than one row, ${contradictory} of them with different classes: ${first} (${labels.join(", ")})`,
  "clipped-image": ({ name }) =>
    `${name}: 16-bit grey of which all is white, as values above 255 are; convert such images to 8 bits`,
  "damaged-checkpoint": ({ path, reason }) => `damaged checkpoint ${path}: ${reason}; going back to the one before`,
  "other-engine": ({ field, now, saved }) =>
    `got ${field} ${now}, but the checkpoint was made with ${saved}; the run goes on, its last bits may differ`,
  "unchecked-images": () => "the checkpoint is older than the check of images; make sure they are the same",
  unfolded: ({ convolutions }) =>
    `put batch norms behind ${convolutions} convolutions, with statistics of training images`,
  "foreign-table": ({ path, made }) => `${path} was made with ${made}; it is used as it is`,
  "widened-weights": () => "the file has 16-bit weights, the new one 32-bit ones",
  "other-opset": ({ file, written, needed, writable }) =>
    `the file has opset ${file}, the new one ${written}: ${needed ? "an operator needs it" : `we write ${writable.join(" to ")}`}`,
  "normalised-inside": ({ because }) => `photos are fed as they are: the model prepares them itself (${because})`,
  "bytes-as-they-are": ({ because }) => `mean and std are not used: the model takes ${because}`,
  "trained-before": ({ ending, independent }) =>
    `the file ends in ${ending}: the logits before it are trained, and the new file ends in it again` +
    (independent ? "; --bce-loss is the loss of a sigmoid for each class" : ""),
  "left-outputs": ({ output, because, left }) =>
    `training output ${output} (${because}); the new file has no ${left.join(", ")}`,
  "held-settings": ({ settings }) =>
    `taken for settings of the file, which do not learn unless --learn-buffers names them: ` +
    settings.map(([name, reason]) => `${name} (${reason})`).join(", "),
  "no-card": ({ mean, std }) =>
    `the file does not say how its input is normalised: took mean ${mean.join(",")} and std ${std.join(",")}; --mean and --std say otherwise`,
  "zero-gradients": ({ parameters }) => `the loss does not depend on ${parameters.join(", ")}: the gradients are zeros`,
};

/** A notice in a line of text. */
export function noticeText(notice: Notice): string {
  return visible((texts[notice.kind] as (notice: Notice) => string)(notice));
}

/** Says a notice in a line on standard error. */
export const tell: OnNotice = (notice) => say(`senet: ${noticeText(notice)}`);

/** Says a notice in a line that ends after some 200 letters: lists of names may be long. */
export const tellShortly: OnNotice = (notice) => {
  const text = noticeText(notice);
  say(`senet: ${text.length > 200 ? `${text.slice(0, 200)}…` : text}`);
};

function firstOf(names: readonly string[]): string {
  return `${names.slice(0, 8).map(quoted).join(", ")}${names.length > 8 ? ", …" : ""}`;
}
