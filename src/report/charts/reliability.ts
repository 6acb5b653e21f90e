import type { CustomSeriesOption } from "echarts/charts";
import type { Calibration, CalibrationBin } from "../../evaluate/calibration.js";
import type { Html } from "../markup.js";
import { axisStyle, type ChartOption, colour, nameBelow, renderSvg } from "./svg.js";

const percent = (value: number) => `${Math.round(100 * value)} %`;

/** Both axes go from 0 to 1 and are labelled in percent. */
const shares = {
  ...axisStyle,
  type: "value" as const,
  min: 0,
  max: 1,
  interval: 0.2,
  axisLabel: { ...axisStyle.axisLabel, formatter: percent },
};

/**
 * Accuracy by confidence: bars reach the share that was right, pale where it is above the mean confidence; what the
 * confidence lacks in accuracy stands on top in another colour. Source: Guo et al. 2017, figure 1.
 */
export function reliabilityDiagram({ bins }: Calibration, label: string): Html {
  const filled = bins.filter(({ images }) => images > 0);
  const option: ChartOption = {
    grid: { left: 52, right: 16, top: 12, bottom: 44 },
    xAxis: { ...shares, ...nameBelow("confidence"), splitLine: { show: false } },
    yAxis: { ...shares, name: "accuracy", nameLocation: "middle", nameGap: 40 },
    series: [
      bars(filled, ({ accuracy, confidence }) => [0, Math.min(accuracy, confidence)], {
        fill: colour.model(1),
        opacity: 0.9,
      }),
      bars(filled, ({ accuracy, confidence }) => [Math.min(accuracy, confidence), accuracy], {
        fill: colour.model(1),
        opacity: 0.35,
      }),
      bars(filled, ({ accuracy, confidence }) => [accuracy, Math.max(accuracy, confidence)], {
        fill: colour.mistake,
        opacity: 0.5,
      }),
      diagonal,
    ],
  };
  return renderSvg(option, { width: 430, height: 340, label });
}

/** The share of the images in every bin of confidence. */
export function confidenceHistogram({ bins }: Calibration, label: string): Html {
  const images = bins.reduce((sum, bin) => sum + bin.images, 0);
  const most = Math.max(...bins.map((bin) => bin.images / images));
  const option: ChartOption = {
    grid: { left: 52, right: 16, top: 12, bottom: 44 },
    xAxis: { ...shares, ...nameBelow("confidence"), splitLine: { show: false } },
    yAxis: {
      ...axisStyle,
      type: "value",
      min: 0,
      max: most,
      splitNumber: 3,
      name: "images",
      nameLocation: "middle",
      nameGap: 40,
      axisLabel: { ...axisStyle.axisLabel, formatter: percent, showMaxLabel: false },
    },
    series: [bars(bins, (bin) => [0, bin.images / images], { fill: colour.model(0), opacity: 0.85 })],
  };
  return renderSvg(option, { width: 430, height: 180, label });
}

/** A line from (0, 0) to (1, 1): where a model says what it knows. */
const diagonal: CustomSeriesOption = {
  type: "custom",
  silent: true,
  data: [0],
  renderItem: (_, api) => {
    const [[x1, y1], [x2, y2]] = [api.coord([0, 0]), api.coord([1, 1])] as [[number, number], [number, number]];
    const style = { stroke: colour.ink, lineWidth: 1.5, lineDash: [5, 4], opacity: 0.8 };
    return { type: "line", shape: { x1, y1, x2, y2 }, style };
  },
};

/** A bar over every bin from one height to another. */
function bars(
  bins: readonly CalibrationBin[],
  heights: (bin: CalibrationBin) => readonly [from: number, to: number],
  style: { fill: string; opacity: number },
): CustomSeriesOption {
  return {
    type: "custom",
    silent: true,
    data: bins.map((bin) => [bin.low, bin.high, ...heights(bin)]),
    renderItem: (_, api) => {
      const [low, high, from, to] = [0, 1, 2, 3].map((k) => Number(api.value(k))) as [number, number, number, number];
      const [left, top] = api.coord([low, Math.max(from, to)]) as [number, number];
      const [right, bottom] = api.coord([high, Math.min(from, to)]) as [number, number];
      const shape = { x: left + 0.5, y: top, width: right - left - 1, height: bottom - top };
      return { type: "rect", shape, style };
    },
  };
}
