import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

/** A curve over epochs. */
export interface Curve {
  readonly name: string;
  readonly colour: string;
  /** By epoch, counted from 1. */
  readonly values: ReadonlyMap<number, number>;
}

interface CurvesProps {
  readonly title: string;
  readonly curves: readonly Curve[];
}

/** Curves over epochs, many at once; the mouse shows their values, a drag zooms, a double click shows all again. */
export function Curves({ title, curves }: CurvesProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<{ readonly key: string; readonly shown: uPlot } | undefined>(undefined);
  const key = curves.map(({ name, colour }) => `${name} ${colour}`).join("\n");
  useEffect(() => {
    const data = tableOf(curves);
    if (plot.current?.key === key) {
      plot.current.shown.setData(data);
      return;
    }
    plot.current?.shown.destroy();
    plot.current = {
      key,
      shown: new uPlot(optionsOf(title, curves, place.current!.clientWidth), data, place.current!),
    };
  });
  useEffect(() => {
    const resize = new ResizeObserver(([entry]) => {
      plot.current?.shown.setSize({ width: Math.max(200, entry!.contentRect.width), height });
    });
    resize.observe(place.current!);
    return () => {
      resize.disconnect();
      plot.current?.shown.destroy();
      plot.current = undefined;
    };
  }, []);
  return (
    <figure class="curves">
      <figcaption>{title}</figcaption>
      <div ref={place} role="img" aria-label={`${title} of ${curves.length} runs`} />
    </figure>
  );
}

const height = 260;

function optionsOf(title: string, curves: readonly Curve[], width: number): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const [stroke, grid] = [style.getPropertyValue("--quiet"), style.getPropertyValue("--line")];
  const axis = { stroke, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } };
  return {
    width: Math.max(200, width),
    height,
    scales: { x: { time: false } },
    legend: { show: curves.length <= 6 },
    axes: [axis, axis],
    series: [
      { label: "epoch" },
      ...curves.map(({ name, colour }) => ({
        label: name,
        stroke: colour,
        width: 2,
        points: { show: false },
        spanGaps: true,
        value: (_: uPlot, value: number | null) => (value === null ? "–" : value.toFixed(title.includes("%") ? 2 : 3)),
      })),
    ],
  };
}

function tableOf(curves: readonly Curve[]): uPlot.AlignedData {
  const epochs = [...new Set(curves.flatMap(({ values }) => [...values.keys()]))].sort((a, b) => a - b);
  return [epochs, ...curves.map(({ values }) => epochs.map((epoch) => values.get(epoch) ?? null))];
}
