import { type Content, type Html, html } from "../markup.js";

/** One column of a table on the page. */
export interface Column<Row> {
  readonly head: Content;
  readonly cell: (row: Row, index: number) => Content;
  /** Text stands left, numbers right. */
  readonly text?: boolean;
}

/**
 * A table with its caption, which stays in view when the table scrolls; the first column heads its row. Wide tables
 * scroll sideways.
 */
export function table<Row>(caption: Content, columns: readonly Column<Row>[], rows: readonly Row[]): Html {
  const side = (column: Column<Row>) => html`${column.text ? html` class="text"` : undefined}`;
  return html`<figure class="table"><figcaption><p>${caption}</p></figcaption>
<div class="scroll" tabindex="0"><table>
<thead><tr>${columns.map((column) => html`<th scope="col"${side(column)}>${column.head}</th>`)}</tr></thead>
<tbody>
${rows.map(
  (row, index) =>
    html`<tr>${columns.map((column, k) =>
      k === 0
        ? html`<th scope="row">${column.cell(row, index)}</th>`
        : html`<td${side(column)}>${column.cell(row, index)}</td>`,
    )}</tr>
`,
)}</tbody>
</table></div></figure>`;
}

/** A model's name with its colour, as in the charts. */
export function modelName(name: string, index: number): Html {
  return html`<span class="chip" style="--chip:var(--model-${index % 6})">${name}</span>`;
}

/** The models' colours, to stand above a chart. */
export function legend(names: readonly string[]): Html {
  return html`<p class="legend">${names.map((name, index) => modelName(name, index))}</p>`;
}

/** A chart with its title and explanation. */
export function figure(title: Content, chart: Content, note?: Content): Html {
  return html`<figure><figcaption><h3>${title}</h3>${note !== undefined && html`<p>${note}</p>`}</figcaption>
${chart}
</figure>`;
}
