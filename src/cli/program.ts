import { Command, Help } from "commander";
import { senetVersion } from "../workspace/run/version.js";
import { type CommandRow, commands, nameOf } from "./commands/index.js";
import { outputWidth } from "./terminal/print.js";

/**
 * The program with the commands that are asked for. The others stand in its help and in its suggestions, and their
 * files stay unread: start-up is paid at every call.
 * @param wanted whether the command of that name is to be loaded.
 */
export async function createProgram(wanted: (name: string) => boolean): Promise<Command> {
  const terms = new Map(commands.map((row) => [nameOf(row), row.term]));
  const help = new Help();
  const program = new Command("senet")
    .description("Squeeze-and-Excitation networks: train, compare and ship them as ONNX.")
    .version(senetVersion())
    .configureHelp({
      helpWidth: Math.min(outputWidth(), 100),
      subcommandTerm: (command) => terms.get(command.name()) ?? help.subcommandTerm(command),
    })
    .option("--offline", "with any command: take models of the hub out of the cache, and ask nothing of the network")
    .addHelpText(
      "after",
      "\nEvery command has --help. More to read:\n" +
        "  README.md            what there is, with a page for each task\n" +
        "  docs/photos.md       from folders of photos to a server and a browser page\n" +
        "  docs/cli.md          every flag of every command\n" +
        "  docs/coming-from.md  for users of timm, Keras, Ultralytics and Hugging Face",
    );
  for (const row of commands) program.addCommand(await commandOf(row, wanted(nameOf(row))));
  speakAlike(program);
  return program;
}

/**
 * The names that a command line mentions: one of them is that of its command, as in `senet --offline train` or
 * `senet help train`.
 */
export function mentioned(words: readonly string[]): (name: string) => boolean {
  const [first, second] = words.filter((word) => !word.startsWith("-"));
  return (name) => name === (first === "help" ? second : first);
}

async function commandOf(row: CommandRow, whole: boolean): Promise<Command> {
  const command = whole ? await row.load() : new Command(nameOf(row));
  return command.description(row.description);
}

/** Commander exits with 1 by itself and says mistakes in words of its own; subcommands do not inherit what is set. */
function speakAlike(command: Command): void {
  command.exitOverride().configureOutput({ outputError: (text, write) => write(inOurWords(text)) });
  for (const sub of command.commands) speakAlike(sub);
}

/** A message of commander in the form of ours, and in one line. */
function inOurWords(text: string): string {
  return text
    .replace(/^error: /, "senet: ")
    .replace(
      /option '[^']*(--[\w-]+)[^']*' argument '(.*)' is invalid\. Allowed choices are (.*)\./,
      '$1: got "$2"; expected one of $3',
    )
    .replace(/required option '[^']*(--[\w-]+) ?(.*)' not specified/, "$1: got nothing; expected $1 $2")
    .replace(/option '[^']*(--[\w-]+) ?(.*)' argument missing/, "$1: got nothing behind it; expected $1 $2")
    .replace(
      /too many arguments for '(.*)'\. Expected (\d+) arguments? but got (\d+)\./,
      "got $3 words without a flag; senet $1 takes $2",
    )
    .replace(/missing required argument '(.*)'/, "got no <$1>; give one, --help shows where")
    .replace(/\n\((.*)\)/, " ($1)");
}
