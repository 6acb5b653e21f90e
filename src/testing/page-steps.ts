/** What a reader of a page does next: write a file that the page shows, or type a command. */
export interface PageStep {
  /** What the step is called in the list of tests. */
  readonly name: string;
  /** The file that the text belongs into; undefined for a command. */
  readonly file?: string;
  /** The content of the file, or the command as it runs. */
  readonly text: string;
  /** Whether the command goes on in the background until the page is through, as a server does. */
  readonly background: boolean;
  /** Why the step is left out. */
  readonly skipped?: string;
}

/**
 * The steps of a page in their order, so that a test does what the page says to the letter.
 *
 * A block of code whose first line is a comment with a file's name is that file. A block of `sh` is commands. The other
 * blocks show what is printed. A hidden comment before a block says what is different in a test:
 *
 * - `<!-- in CI: --epochs 1 -->` stands behind every `senet` command of the block;
 * - `<!-- in CI: left running -->` leaves the block's command running;
 * - `<!-- in CI: skipped, REASON -->` leaves the block out, which the list of tests shows.
 * @throws Error for another comment, or one before a block that it says nothing about.
 */
export function stepsOf(page: string): PageStep[] {
  const blocks = [...page.matchAll(/(?:^<!-- in CI: (.*) -->\n)?^```(\w+)\n([\s\S]*?)^```$/gm)];
  const notes = page.match(/in CI:/g)?.length ?? 0;
  if (blocks.filter(([, note]) => note !== undefined).length !== notes) {
    throw new Error("got a comment of CI without a block after it");
  }
  return blocks.flatMap(([, note, language, text]) => {
    if (language === "sh") return commandsOf(text!).map((command) => commandStep(command, note));
    const [, file] = /^(?:\/\/|#|<!--) ([\w./-]+\.\w+)(?: -->)?\n/.exec(text!) ?? [];
    if (note !== undefined) throw new Error(`got "in CI: ${note}" before a block that is no command`);
    return file === undefined ? [] : [{ name: `write ${file}`, file, text: text!, background: false }];
  });
}

/** Commands of a block without what is said about them: a command may go over several lines. */
function commandsOf(block: string): string[] {
  return block
    .replaceAll(/\s*\\\n\s*/g, " ")
    .split("\n")
    .map((line) => line.replace(/(^|\s+)# .*$/, "").trim())
    .filter((line) => line !== "");
}

function commandStep(command: string, note = ""): PageStep {
  const step = { name: command, text: command, background: note === "left running" };
  if (note === "" || step.background) return step;
  const [, skipped] = /^skipped, (.*)$/.exec(note) ?? [];
  if (skipped !== undefined) return { ...step, name: `${command} (${skipped})`, skipped };
  if (!note.startsWith("--")) throw new Error(`got "in CI: ${note}"; expected flags, "left running" or "skipped, …"`);
  return { ...step, text: command.startsWith("senet ") ? withFlags(command, note) : command };
}

/** Flags go before what becomes of the output: `senet eval … > results.json`. */
function withFlags(command: string, flags: string): string {
  const [, call, rest] = /^([^|>]*?)(\s*[|>].*)?$/.exec(command)!;
  return `${call} ${flags}${rest ?? ""}`;
}
