import { computed, signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import type { RunEpoch, RunSummary } from "senet/node";
import { type Curve, Curves } from "../parts/curves.js";
import { differences, fits } from "../state/recipe-text.js";
import { epochsOf, followRuns, runs } from "../state/runs.js";

const search = signal("");
const sorting = signal<{ readonly column: string; readonly down: boolean }>({ column: "started", down: true });
const picked = signal<ReadonlySet<string>>(new Set());

/** What a column shows of a run, and what it is sorted by. */
interface Column {
  readonly title: string;
  readonly value: (run: RunSummary) => number | string;
  readonly text?: (run: RunSummary) => string;
}

const percent = (value: number | undefined) => (value === undefined ? "–" : value.toFixed(2));
const columns: Readonly<Record<string, Column>> = {
  name: { title: "Run", value: ({ name }) => name },
  state: { title: "State", value: ({ state }) => state },
  models: { title: "Networks", value: ({ models }) => models.join(", ") },
  data: { title: "Data", value: ({ data }) => data },
  epochs: {
    title: "Epochs",
    value: ({ epochs }) => epochs.done,
    text: ({ epochs: { done, all } }) => (all > 0 ? `${done} / ${all}` : String(done)),
  },
  best: { title: "Best, %", value: ({ best = -1 }) => best, text: ({ best }) => percent(best) },
  last: { title: "Last, %", value: ({ last = -1 }) => last, text: ({ last }) => percent(last) },
  lr: { title: "Rate", value: ({ recipe }) => Number(recipe.lr ?? -1), text: ({ recipe }) => String(recipe.lr ?? "–") },
  batch: { title: "Batch", value: ({ recipe }) => Number(recipe.batch ?? -1) },
  started: {
    title: "Started",
    value: ({ started }) => started,
    text: ({ started }) => new Date(started).toLocaleString(undefined, { dateStyle: "short", timeStyle: "short" }),
  },
};

const shown = computed(() => {
  const { column, down } = sorting.value;
  const { value } = columns[column]!;
  const wanted = (runs.value ?? []).filter((run) =>
    fits(search.value, [run.name, run.state, ...run.models, run.data].join(" "), run.recipe),
  );
  return wanted.toSorted((a, b) => {
    const [x, y] = [value(a), value(b)];
    const order = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y));
    return down ? -order : order;
  });
});
const pickedRuns = computed(() => (runs.value ?? []).filter(({ name }) => picked.value.has(name)));

const colours = ["#2563eb", "#d97706", "#059669", "#db2777", "#7c3aed", "#0891b2", "#65a30d", "#dc2626"];

/** Every run of the folder that the server shows, live. */
export function RunsView() {
  useEffect(followRuns, []);
  const list = runs.value;
  if (list === undefined) return <p>Looking for runs …</p>;
  if (list === null) {
    return (
      <section>
        <h1>Runs</h1>
        <p>
          This page was opened without a server that knows of runs. <code>senet studio</code> shows all runs of a
          folder, live while they train; everything else here works without it.
        </p>
      </section>
    );
  }
  return (
    <section class="runs">
      <h1>Runs</h1>
      <p>
        <input
          type="search"
          placeholder="seresnet20 finished lr=0.1"
          aria-label="Search runs"
          value={search}
          onInput={({ currentTarget }) => {
            search.value = currentTarget.value;
          }}
        />{" "}
        <span class="quiet">
          {shown.value.length} of {list.length} runs; choose some to see their curves
        </span>
      </p>
      <RunTable rows={shown.value} />
      {pickedRuns.value.length > 0 && <Chosen runs={pickedRuns.value} />}
    </section>
  );
}

/** Rows that one sees and a few around them: 500 runs are as quick as five. */
const rowHeight = 36;
const around = 8;

function RunTable({ rows }: { readonly rows: readonly RunSummary[] }) {
  const [top, setTop] = useState(0);
  const inView = Math.ceil(420 / rowHeight);
  const first = Math.max(0, Math.floor(top / rowHeight) - around);
  const some = rows.slice(first, first + inView + 2 * around);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <div class="table" tabIndex={0} onScroll={({ currentTarget }) => setTop(currentTarget.scrollTop)}>
      <table aria-rowcount={rows.length}>
        <thead>
          <tr>
            <th scope="col">
              <span class="hidden">Shown</span>
            </th>
            {Object.entries(columns).map(([name, { title }]) => (
              <th
                key={name}
                scope="col"
                aria-sort={sorting.value.column !== name ? "none" : sorting.value.down ? "descending" : "ascending"}
              >
                <button
                  type="button"
                  onClick={() => {
                    sorting.value = { column: name, down: sorting.value.column === name ? !sorting.value.down : true };
                  }}
                >
                  {title}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr style={{ height: `${first * rowHeight}px` }} />
          {some.map((run) => (
            <Row key={run.name} run={run} />
          ))}
          <tr style={{ height: `${Math.max(0, rows.length - first - some.length) * rowHeight}px` }} />
        </tbody>
      </table>
    </div>
  );
}

function Row({ run }: { readonly run: RunSummary }) {
  return (
    <tr class={run.state}>
      <td>
        <input
          type="checkbox"
          aria-label={`Show ${run.name}`}
          checked={picked.value.has(run.name)}
          onChange={({ currentTarget }) => {
            const next = new Set(picked.value);
            if (currentTarget.checked) next.add(run.name);
            else next.delete(run.name);
            picked.value = next;
          }}
        />
      </td>
      {Object.entries(columns).map(([name, { value, text }]) => (
        <td key={name} title={name === "name" ? run.command : undefined}>
          {name === "name" && run.report ? (
            <a href={`./runs/${run.name.split("/").map(encodeURIComponent).join("/")}/report.html`}>{run.name}</a>
          ) : (
            (text?.(run) ?? value(run))
          )}
        </td>
      ))}
    </tr>
  );
}

/** The curves of the chosen runs, and what their recipes differ in. */
function Chosen({ runs: chosen }: { readonly runs: readonly RunSummary[] }) {
  const [epochs, setEpochs] = useState<ReadonlyMap<string, readonly RunEpoch[]>>(new Map());
  const version = chosen.map(({ name, changed }) => `${name} ${changed}`).join("\n");
  useEffect(() => {
    let over = false;
    void Promise.all(chosen.map(async (run) => [run.name, await epochsOf(run)] as const)).then((all) => {
      if (!over) setEpochs(new Map(all));
    });
    return () => {
      over = true;
    };
  }, [version]);
  const lines = chosen.flatMap((run) => linesOf(run, epochs.get(run.name) ?? []));
  const curvesOf = (value: (epoch: RunEpoch) => number): Curve[] =>
    lines.map(({ name, epochs: of }, i) => ({
      ...{ name, colour: colours[i % colours.length]! },
      values: new Map(of.filter((epoch) => Number.isFinite(value(epoch))).map((epoch) => [epoch.epoch, value(epoch)])),
    }));
  const differ = differences(chosen.map(({ recipe }) => recipe));
  return (
    <div class="chosen">
      <Curves title="Test top-1, %" curves={curvesOf(({ testTop1 }) => testTop1)} />
      <Curves title="Training loss" curves={curvesOf(({ trainLoss }) => trainLoss)} />
      <Curves title="Test loss" curves={curvesOf(({ testLoss }) => testLoss)} />
      {chosen.length > 1 && (
        <div class="differences">
          <h2>What their recipes differ in</h2>
          {differ.length === 0 ? (
            <p>Nothing: they were trained by the same recipe.</p>
          ) : (
            <table>
              <thead>
                <tr>
                  <th scope="col">Setting</th>
                  {chosen.map(({ name }) => (
                    <th key={name} scope="col">
                      {name}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {differ.map(([name, values]) => (
                  <tr key={name}>
                    <th scope="row">{name}</th>
                    {values.map((value, i) => (
                      <td key={chosen[i]!.name}>{value}</td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </div>
      )}
    </div>
  );
}

/** The curves of a run: one, or of a comparison one for each network and seed. */
function linesOf({ name }: RunSummary, epochs: readonly RunEpoch[]): { name: string; epochs: RunEpoch[] }[] {
  const lines = new Map<string, RunEpoch[]>();
  for (const epoch of epochs) {
    const line = epoch.model === undefined ? name : `${name} · ${epoch.model} seed ${epoch.seed}`;
    lines.set(line, [...(lines.get(line) ?? []), epoch]);
  }
  return [...lines].map(([line, of]) => ({ name: line, epochs: of }));
}
