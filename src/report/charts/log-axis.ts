import { niceTicks } from "./nice-ticks.js";
import { axisStyle } from "./svg.js";

/** A logarithmic vertical axis with ticks at 1, 2 and 5 times powers of ten, drawn on a plain axis of logarithms. */
export interface LogAxis {
  /** Where a value lies on the axis; values at or below `floor` lie on it, and NaN stays NaN. */
  readonly place: (value: number) => number;
  /** The axis' part of the chart option. */
  readonly option: object;
}

/**
 * Makes the axis for the given values.
 * @param floor the smallest value to tell apart, above 0.
 */
export function logAxis(values: readonly number[], floor: number, unit = ""): LogAxis {
  const place = (value: number) => (Number.isNaN(value) ? value : Math.log10(Math.max(value, floor)));
  const places = values.filter(Number.isFinite).map(place);
  const low = Math.min(...places, places.length > 0 ? Number.POSITIVE_INFINITY : 0);
  const high = Math.max(...places, places.length > 0 ? Number.NEGATIVE_INFINITY : 1);
  const margin = 0.04 * (high - low) + 0.01;
  const [min, max] = [low - margin, high + margin];
  const customValues = ticks(min, max);
  return {
    place,
    option: {
      ...axisStyle,
      type: "value" as const,
      min,
      max,
      axisTick: { ...axisStyle.axisTick, customValues },
      axisLabel: {
        ...axisStyle.axisLabel,
        customValues,
        formatter: (power: number) => `${Number((10 ** power).toPrecision(3))}${unit}`,
      },
    },
  };
}

function ticks(min: number, max: number): number[] {
  const decades = Array.from({ length: Math.ceil(max) - Math.floor(min) + 1 }, (_, k) => Math.floor(min) + k);
  const inside = (steps: readonly number[]) =>
    decades.flatMap((d) => steps.map((step) => d + Math.log10(step))).filter((v) => v >= min && v <= max);
  const candidates = [inside([1]), inside([1, 2, 5]), inside([1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9])];
  const even = niceTicks(10 ** min, 10 ** max).map(Math.log10); // over a narrow range a logarithm is nearly straight
  return candidates.find((list) => list.length >= 3) ?? even.filter((v) => v >= min && v <= max);
}
