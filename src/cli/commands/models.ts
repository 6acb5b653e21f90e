import { Command } from "commander";
import { UserError } from "../../errors.js";
import { catalogue } from "../../workspace/model/catalogue.js";
import { columns } from "../terminal/columns.js";
import { print } from "../terminal/print.js";

interface ModelsFlags {
  readonly family?: string;
  readonly json?: true;
}

/** `senet models`: the networks that can be built by name, and what they cost. */
export const models = new Command("models")
  .option("--family <name>", "only the networks of one family, such as resnet")
  .option("--json", "print one JSON document")
  .action(run);

async function run({ family, json }: ModelsFlags): Promise<void> {
  const all = await catalogue();
  const families = [...new Set(all.map((row) => row.family))];
  if (family !== undefined && !families.includes(family)) {
    throw new UserError(`--family: got "${family}"; expected one of ${families.join(", ")}`);
  }
  const rows = all.filter((row) => family === undefined || row.family === family);
  print(
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
