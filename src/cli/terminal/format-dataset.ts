import {
  type DatasetDescription,
  type SplitDescription,
  type Spread,
  spread,
} from "../../workspace/data/describe-dataset.js";
import { visible } from "./visible.js";

/** A dataset in lines for people. */
export function formatDescription(description: DatasetDescription): string {
  const { input, train, test, mean, std, measured, width, height } = description;
  const name = visible(description.name);
  const classes = description.classes.map(visible);
  const digits = (values: readonly number[]) => values.map((value) => value.toFixed(4)).join(" ");
  const range = ([least, , greatest]: Spread) => (least === greatest ? `${least}` : `${least}–${greatest}`);
  const perClass = ({ perClass }: SplitDescription) =>
    perClass.length === 0 ? "" : ` (${range(spread(perClass))} per class)`;
  const shown = classes.length <= 12 ? classes.join(", ") : `${classes.slice(0, 12).join(", ")}, …`;
  return [
    `${name}: ${train.images} training and ${test.images} test images of ${classes.length} classes`,
    `classes: ${shown}`,
    `training images: ${train.images}${perClass(train)}`,
    `test images: ${test.images}${perClass(test)}`,
    `input: ${input.join("x")}`,
    ...(width && height
      ? [`files: ${width[1]} × ${height[1]} (median); width ${range(width)}, height ${range(height)}`]
      : []),
    `mean: ${digits(mean)}  std: ${digits(std)}  (of ${measured} images)`,
    "",
  ].join("\n");
}
