import { countParameters } from "../../graph/graph.js";
import type { ModelOptions } from "../../models/index.js";
import type { PaperRow } from "../../models/paper.js";
import { setColumns } from "../../report/text-columns.js";

/** The SENet paper's Tables 2 and 3 beside our counts, as text or as one JSON document. */
export async function paperTables(json: boolean): Promise<string> {
  const { createModel } = await import("../../models/index.js");
  const { countMacs } = await import("../../account/cost.js");
  const { table2, table3 } = await import("../../models/paper.js");
  const count = (name: string, options: ModelOptions = {}) => {
    const graph = createModel(name, options);
    return { name, params: countParameters(graph), macs: countMacs(graph) };
  };
  const counted = (table: number, rows: readonly PaperRow[]) =>
    rows.map(({ network, plain, se, options, printed, params }) => {
      const paper = {
        macs: printed.map((value) => value * (table === 2 ? 1e9 : 1e6)),
        params: params?.map((n) => n * 1e6),
      };
      return { table, network, plain: count(plain, options), se: count(se, options), paper };
    });
  const rows = [...counted(2, table2), ...counted(3, table3)];
  if (json) return `${JSON.stringify(rows)}\n`;

  const millions = (n: number, digits: number) => (n / 1e6).toFixed(digits);
  const percent = (part: number, whole: number) => `${((100 * part) / whole).toFixed(2)} %`;
  const column = (head: string, cell: (row: (typeof rows)[number]) => string) => ({ head, cells: rows.map(cell) });
  const lines = setColumns(
    column("network", ({ network }) => network),
    [
      column("params M", ({ plain }) => millions(plain.params, 3)),
      column("MACs M", ({ plain }) => millions(plain.macs, 2)),
      column("paper M", ({ paper }) => millions(paper.macs[0]!, 0)),
      column("SE adds params", ({ plain, se }) => percent(se.params - plain.params, plain.params)),
      column("SE params M", ({ se }) => millions(se.params, 3)),
      column("SE MACs M", ({ se }) => millions(se.macs, 2)),
      column("paper M", ({ paper }) => millions(paper.macs[1]!, 0)),
      column("SE adds MACs", ({ plain, se }) => percent(se.macs - plain.macs, plain.macs)),
    ],
  );
  return (
    `${lines.join("\n")}\n\n` +
    "MACs are those of convolutions and dense layers. The paper also counts an\n" +
    "operation for every element of a residual sum and for pooling and scaling in SE\n" +
    "blocks. Its cost of Inception-ResNet-v2 fits no known variant.\n"
  );
}
