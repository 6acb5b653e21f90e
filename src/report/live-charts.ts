/**
 * A script that lets charts of gates answer to the mouse: it names the channel under the pointer and each line's value.
 * Their numbers are in `data-points`; without the script the same charts stand there.
 */
export const liveCharts = `
for (const chart of document.querySelectorAll(".live")) {
  const { channels, lines } = JSON.parse(chart.dataset.points);
  const svg = chart.querySelector("svg");
  const tip = document.createElement("output");
  const mark = document.createElement("i");
  tip.hidden = mark.hidden = true;
  chart.append(mark, tip);
  const [left, right, wide] = [34, 8, 430];
  const show = (clientX) => {
    const box = svg.getBoundingClientRect();
    const share = ((clientX - box.left) * wide / box.width - left) / (wide - left - right);
    const k = Math.max(0, Math.min(channels.length - 1, Math.round(share * (channels.length - 1))));
    const x = (left + (channels.length > 1 ? k / (channels.length - 1) : 0) * (wide - left - right)) * box.width / wide;
    tip.replaceChildren("channel " + channels[k], ...lines.map(({ name, mean, std }) => {
      const row = document.createElement("span");
      row.textContent = name + " " + mean[k].toFixed(3) + " \\u00b1 " + std[k].toFixed(3);
      return row;
    }));
    mark.style.left = x + "px";
    tip.style.left = Math.min(x + 10, Math.max(0, box.width - 200)) + "px";
    tip.hidden = mark.hidden = false;
  };
  chart.addEventListener("pointermove", ({ clientX }) => show(clientX));
  chart.addEventListener("pointerleave", () => { tip.hidden = mark.hidden = true; });
}
`;

/** The style of what {@link liveCharts} shows. */
export const liveStyle = `
.live { position: relative; }
.live i { position: absolute; top: 4%; bottom: 15%; width: 1px; background: var(--muted); pointer-events: none; }
.live output { position: absolute; top: 8px; background: var(--surface); border: 1px solid var(--rule); border-radius: 6px; padding: 4px 8px; font-size: 0.78rem; pointer-events: none; display: grid; font-variant-numeric: tabular-nums; box-shadow: 0 2px 8px #0003; z-index: 1; }
.live [hidden] { display: none; }
a { color: inherit; }
`;
