import { type AlgorithmTable, fastest, type Measured } from "../../train/algorithm-table.js";
import { columns } from "./columns.js";

/** A task of a table: what was measured, and what that speaks for. */
export interface AlgorithmRow {
  readonly task: string;
  readonly chosen: string;
  readonly byRule: string;
  readonly milliseconds: Measured;
}

/** The tasks that a step uses. */
export function algorithmRows({ milliseconds }: AlgorithmTable, used: ReadonlySet<string>): AlgorithmRow[] {
  return [...used].map((task) => {
    const measured = milliseconds[task]!;
    return { task, chosen: fastest(measured), byRule: Object.keys(measured)[0]!, milliseconds: measured };
  });
}

/** A table of 80 columns: the slowest tasks, what the rule takes and what was chosen where that differs. */
export function algorithmTable(rows: readonly AlgorithmRow[]): string {
  const sorted = rows.toSorted((a, b) => timeOf(b) - timeOf(a));
  const shown = sorted.slice(0, SHOWN).map((row) => {
    const { task, chosen, byRule, milliseconds } = row;
    return [
      ...short(task),
      byRule,
      milliseconds[byRule]!.toFixed(1),
      ...(chosen === byRule ? ["", ""] : [chosen, timeOf(row).toFixed(1)]),
    ];
  });
  const rest = rows.length > SHOWN ? `(${rows.length - SHOWN} faster ones are left out; --json has them all)\n` : "";
  return `${columns(["gradient of a convolution", "kernel", "by rule", "ms", "faster here", "ms"], shown)}${rest}`;
}

const SHOWN = 40;

function timeOf({ chosen, milliseconds }: AlgorithmRow): number {
  return milliseconds[chosen]!;
}

/** `dX 16x64x56x56`, and `3x3 /2 g32`: kernel, stride and groups. */
function short(task: string): [string, string] {
  const [op, ...words] = task.split(" ");
  const settings = new Map(
    words.filter((word) => word.includes("=")).map((word) => word.split("=") as [string, string]),
  );
  const list = (name: string) => settings.get(name)?.split(",") ?? [];
  const stride = list("strides").find((each) => each !== "1");
  const group = settings.get("group");
  const kernel = [list("kernel_shape").join("x"), stride && `/${stride}`, group !== "1" && group && `g${group}`];
  return [`${op === "ConvInputGradient" ? "dX of" : "dW of"} ${words[0]}`, kernel.filter(Boolean).join(" ")];
}
