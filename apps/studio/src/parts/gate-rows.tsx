import { useEffect, useRef } from "preact/hooks";
import type { BlockGate } from "senet/explain";
import type { SwitchedTo } from "../state/switching.js";

interface GateRowsProps {
  readonly blocks: readonly BlockGate[];
  /** What a block's gate is replaced by, by the block's name; a block that is not here has its own. */
  readonly switched: Readonly<Record<string, "one" | "mean">>;
  readonly onSwitch: (site: string, to: SwitchedTo) => void;
}

/** The gates of every block, one bar a channel, with a switch that replaces them. */
export function GateRows({ blocks, switched, onSwitch }: GateRowsProps) {
  return (
    <ul class="gates" aria-label="Gates by block">
      {blocks.map(({ site, gates }) => {
        const shown = switched[site] ?? "own";
        return (
          <li key={site} class={shown === "own" ? "" : "switched"}>
            <label>
              <span class="site">{site}</span>
              <select
                value={shown}
                aria-label={`Gate of ${site}`}
                onChange={({ currentTarget }) => onSwitch(site, currentTarget.value as SwitchedTo)}
              >
                <option value="own">as it is</option>
                <option value="mean">its mean</option>
                <option value="one">1, off</option>
              </select>
            </label>
            <Bars gates={gates} site={site} />
          </li>
        );
      })}
    </ul>
  );
}

/** One bar for each channel, from 0 to 1 and beyond where a gate reaches 2. */
function Bars({ gates, site }: { readonly gates: Float32Array; readonly site: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const { current } = canvas;
    if (current !== null) draw(current, gates);
  });
  const mean = gates.reduce((sum, gate) => sum + gate, 0) / gates.length;
  const spread = Math.sqrt(gates.reduce((sum, gate) => sum + (gate - mean) ** 2, 0) / gates.length);
  return (
    <figure>
      <canvas
        ref={canvas}
        role="img"
        aria-label={`${gates.length} gates of ${site}, ${mean.toFixed(2)} on average`}
        onMouseMove={({ currentTarget, offsetX }) => {
          const channel = Math.min(gates.length - 1, Math.floor((offsetX / currentTarget.clientWidth) * gates.length));
          currentTarget.title = `channel ${channel}: ${gates[channel]!.toFixed(3)}`;
        }}
      />
      <figcaption>
        {mean.toFixed(2)} ± {spread.toFixed(2)}
      </figcaption>
    </figure>
  );
}

function draw(canvas: HTMLCanvasElement, gates: Float32Array): void {
  const scale = devicePixelRatio;
  const [width, height] = [canvas.clientWidth * scale, canvas.clientHeight * scale];
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext("2d")!;
  const style = getComputedStyle(canvas);
  const top = Math.max(1, ...gates);
  context.clearRect(0, 0, width, height);
  context.fillStyle = style.color;
  const step = width / gates.length;
  for (const [channel, gate] of gates.entries()) {
    const bar = (gate / top) * height;
    context.fillRect(channel * step, height - bar, Math.max(1, step - (step > 4 ? scale : 0)), bar);
  }
  context.fillStyle = style.borderTopColor;
  context.fillRect(0, Math.round(height - height / (2 * top)), width, scale); // a half, where an untrained gate stands
}
