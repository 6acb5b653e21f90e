import type { Argument, Command, Option } from "commander";
import { createProgram } from "./program.js";

/** `docs/cli.md`: every command with its arguments and options, from the commands themselves. */
export async function cliReference(): Promise<string> {
  const program = await createProgram(() => true);
  const contents = program.commands.map(
    (command) => `- [\`senet ${command.name()}\`](#senet-${command.name()}): ${command.description()}`,
  );
  return [
    "# Command line",
    "This page is written by `npm run docs:cli`, from the commands themselves: what it says is what `--help` says.",
    "`senet <command> --help` prints one command's part in the terminal.",
    "Flags and commands of timm, Ultralytics, Keras and Hugging Face are understood where they mean the same: `--batch-size` is " +
      "`--batch`, `senet validate` is `senet eval`. They stand in no help, so that each thing has one name to learn and old " +
      "habits still work. Where the meaning differs or there is none, the answer says what to write instead. " +
      "[coming-from.md](coming-from.md) has the words side by side.",
    "Models may stand without their flag: `senet train resnet20 --data photos` is `senet train --model resnet20 --data photos`.",
    `With every command:\n\n${optionTable(program.options)}`,
    contents.join("\n"),
    ...program.commands.flatMap((command) => sections(command, ["senet"])),
  ]
    .join("\n\n")
    .concat("\n");
}

/** A command and its subcommands, each under a heading of its own. */
function sections(command: Command, parents: readonly string[]): string[] {
  const path = [...parents, command.name()];
  const depth = "#".repeat(path.length);
  const usage = [...path, command.usage()].join(" ");
  const own = [`${depth} ${path.join(" ")}`, command.description(), `\`\`\`sh\n${usage}\n\`\`\``];
  const args = command.registeredArguments;
  if (args.length > 0) own.push(table("argument", args.map(argumentRow)));
  for (const [heading, options] of grouped(command.options)) {
    own.push(heading === "" ? optionTable(options) : `**${heading}**\n\n${optionTable(options)}`);
  }
  return [...own, ...command.commands.flatMap((sub) => sections(sub, path))];
}

/** Options by the headings of their help, in its order; those without one come first. */
function grouped(options: readonly Option[]): Map<string, Option[]> {
  const groups = new Map<string, Option[]>([["", []]]);
  for (const option of options) {
    const heading = (option.helpGroupHeading ?? "").replace(/:$/, "");
    groups.set(heading, [...(groups.get(heading) ?? []), option]);
  }
  if (groups.get("")!.length === 0) groups.delete("");
  return groups;
}

function optionTable(options: readonly Option[]): string {
  return table("option", options.filter(({ hidden }) => !hidden).map(optionRow));
}

function optionRow({ flags, description, argChoices, defaultValue, defaultValueDescription, mandatory }: Option) {
  const facts = [
    argChoices && `one of ${argChoices.map((choice) => `\`${choice}\``).join(", ")}`,
    defaultValue !== undefined && `default: \`${defaultValueDescription ?? defaultValue}\``,
    mandatory && defaultValue === undefined && "required",
  ].filter((fact) => typeof fact === "string");
  if (facts.length === 0) return [flags, description] as const;
  return [flags, `${description} (${facts.join("; ")})`.replace(") (", "; ")] as const;
}

function argumentRow(argument: Argument) {
  const { description, required, variadic } = argument;
  const word = `${argument.name()}${variadic ? "..." : ""}`;
  return [required ? `<${word}>` : `[${word}]`, description] as const;
}

function table(what: string, rows: readonly (readonly [code: string, text: string])[]): string {
  const lines = rows.map(([code, text]) => `| \`${code}\` | ${text.replaceAll("|", "\\|")} |`);
  return [`| ${what} | |`, "|---|---|", ...lines].join("\n");
}
