import { Command } from "commander";
import { UserError } from "../../errors.js";
import { countParameters } from "../../graph/graph.js";
import { columns } from "../terminal/columns.js";

interface ModelsFlags {
  readonly family?: string;
  readonly json?: true;
}

/** `senet models`: the networks that can be built by name, and what they cost. */
export const models = new Command("models")
  .description("List the networks that can be built by name, with their parameters and multiply-accumulates.")
  .option("--family <name>", "only the networks of one family, such as resnet")
  .option("--json", "print one JSON document")
  .action(run);

async function run({ family, json }: ModelsFlags): Promise<void> {
  const { createModel, models } = await import("../../models/index.js");
  const { countMacs } = await import("../../account/cost.js");
  const families = [...new Set(Object.values(models).map((entry) => entry.family))];
  if (family !== undefined && !families.includes(family)) {
    throw new UserError(`--family: got "${family}"; expected one of ${families.join(", ")}`);
  }
  const chosen = Object.entries(models).filter(([, entry]) => family === undefined || entry.family === family);
  const rows = chosen.map(([name, entry]) => {
    const graph = createModel(name);
    const { family, attention, input, classes } = entry;
    return { name, family, attention, input, classes, params: countParameters(graph), macs: countMacs(graph) };
  });
  process.stdout.write(
    json
      ? `${JSON.stringify(rows)}\n`
      : columns(
          ["name", "family", "input", "params", "MACs"], // with the classes too, lines would not fit 80 columns
          rows.map(({ name, family, input, params, macs }) => [
            name,
            family,
            input.join("x"),
            params.toLocaleString("en-US"),
            `${(macs / 1e6).toFixed(2)} M`,
          ]),
        ),
  );
}
