import type { Statistics } from "../data/image-set.js";
import { extentOf, formatSize, type ImageSize } from "../data/image-size.js";
import { optionError, UserError } from "../errors.js";
import type { InputForm } from "../read/input-form.js";

/** Channels, height and width of the input. @throws UserError when they are open, or the size does not fit. */
export function inputOf(input: InputForm, size: ImageSize | undefined, model: string): [number, number, number] {
  const { channels, layout } = input;
  const asked = size === undefined ? undefined : extentOf(size);
  const [height, width] = [input.height ?? asked?.height, input.width ?? asked?.width];
  if (height === undefined || width === undefined) {
    const sides = [input.height ?? "H", input.width ?? "W"];
    const shape = layout === "NCHW" ? ["N", channels, ...sides] : ["N", ...sides, channels];
    throw new UserError(`${model}: takes images of any size, [${shape.join(", ")}]; give one such as 224`, {
      option: "size",
    });
  }
  if (size !== undefined && (height !== asked?.height || width !== asked.width)) {
    throw optionError("size", `got ${formatSize(size)}; expected none: ${model} takes ${height}x${width}`);
  }
  return [channels, height, width];
}

/** Mean and std by which pixels from 0 to 1 become what a model takes that normalises them by itself. */
export function ownStatistics({ takes, channels }: InputForm): { mean: number[]; std: number[] } | undefined {
  if (takes === undefined) return undefined;
  const std = takes === "bytes" ? 1 / 255 : 1;
  return { mean: new Array<number>(channels).fill(0), std: new Array<number>(channels).fill(std) } satisfies Statistics;
}
