import { dtypeFromOnnx } from "../dtype.js";
import type { Dim, Value } from "../graph.js";
import { isHalf } from "../half-precision.js";
import { dimField, graphField, shapeField, tensorTypeField, typeField, valueInfoField } from "./fields.js";
import type { Message } from "./protobuf.js";
import { mostAxes } from "./tensor.js";

/**
 * The inputs that are fed: files of old versions list the initializers among them. The first axis, where it has no
 * size, is named "N"; so is every other extent of the same name.
 * @param image channels of the first input where it has no number of them, and its height and width in the place of
 *   those that it has.
 */
export function readInputs(
  graph: Message,
  initializers: ReadonlyMap<string, Message>,
  image: ImageExtents = [],
): Value[] {
  const found = Array.from(graph.messages(graphField.input), readInput);
  const inputs = found.filter(({ name }) => !initializers.has(name));
  const batch = inputs.map(({ shape }) => shape[0]).find((dim) => typeof dim === "string");
  const rename = (dim: Dim | undefined, name: string, i: number): Dim =>
    dim === undefined ? (i === 0 ? "N" : `${name}_${i}`) : dim === batch ? "N" : dim;
  return inputs.map(({ name, dtype, shape }, at) => {
    const sizes = at === 0 && image.length === shape.length - 1 ? image : [];
    const given = (dim: Dim, i: number) => {
      const open = typeof dim === "string" ? dim !== "N" : i > 1 && !channelsLast(shape);
      return i > 0 && open ? (sizes[i - 1] ?? dim) : dim;
    };
    return { name, dtype, shape: shape.map((dim, i) => given(rename(dim, name, i), i)) };
  });
}

/** The channels, height and width of images; undefined is what a file has. */
export type ImageExtents = readonly (number | undefined)[];

/** Whether the last axis counts channels, so that it is no width to be changed. */
function channelsLast([, second, , last]: readonly (Dim | undefined)[]): boolean {
  const few = [1, 3, 4];
  return few.includes(Number(last)) && !few.includes(Number(second));
}

/** An input; extents without a size or a name are undefined. */
function readInput(message: Message) {
  const name = message.text(valueInfoField.name);
  const type = message.message(valueInfoField.type)?.message(typeField.tensor);
  if (type === undefined) throw new Error(`got input ${name} without a tensor type; expected one`);
  const dataType = type.number(tensorTypeField.elementType) ?? 0;
  const dtype = dtypeFromOnnx(isHalf(dataType) ? 1 : dataType);
  const shape: (Dim | undefined)[] = [];
  for (const dim of type.message(tensorTypeField.shape)?.messages(shapeField.dim) ?? []) {
    if (shape.length >= mostAxes) throw new Error(`got input ${name} with more than ${mostAxes} axes; expected fewer`);
    const [size, param] = [dim.number(dimField.value) ?? 0, dim.text(dimField.param)];
    if (!Number.isSafeInteger(size)) throw new Error(`got input ${name} with an extent of ${size}; expected less`);
    shape.push(size > 0 ? size : /^[A-Za-z_][\w.-]*$/.test(param) ? param : undefined);
  }
  return { name, dtype, shape };
}
