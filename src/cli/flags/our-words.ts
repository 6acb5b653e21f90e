import { existsSync } from "node:fs";
import type { Command, Option } from "commander";
import { UserError } from "../../errors.js";
import { foreignFlags, foreignVerbs } from "./foreign-words.js";

// Words of timm, Ultralytics, Keras and Hugging Face are put into ours before commander reads the line. Flags and
// commands have one habit: what means the same here is understood, without a word; what does not is answered with what
// to write instead. Help shows our words alone.

/** The line with the command's name in our words: `eval` for `validate`. */
export function withOurVerb(words: readonly string[]): string[] {
  const at = words.findIndex(isPlain);
  const verb = words[at] === "help" ? words.findIndex((word, i) => i > at && isPlain(word)) : at;
  return words.map((word, i) => (i === verb ? ourVerb(word) : word));
}

function ourVerb(word: string): string {
  return Object.hasOwn(foreignVerbs, word) ? foreignVerbs[word]! : word;
}

/**
 * The line with flags in our words, for the command that it names.
 * @throws UserError for flags of other tools that mean nothing here, for `key=value` in the place of flags, and for
 *   lists of numbers without commas.
 */
export function withOurFlags(words: readonly string[], program: Command): string[] {
  const start = words.findIndex(isPlain);
  if (start < 0) return [...words];
  const { command, depth } = commandOf(words.slice(start), program);
  const flags = new Flags([...command.options, ...program.options], command.name());
  const ours = words.slice(0, start + depth);
  const plain: string[] = [];
  for (let i = start + depth; i < words.length; i++) {
    const word = words[i]!;
    if (word === "--") {
      ours.push(...words.slice(i));
      break;
    }
    if (isPlain(word)) {
      ours.push(word);
      plain.push(word);
      continue;
    }
    const [flag, ...attached] = flags.translated(word);
    const values = flags.valuesBehind(flag, attached, words.slice(i + 1));
    ours.push([flag, ...attached].join("="), ...values);
    i += values.length;
  }
  // Models are given names in this way.
  if (plain.some(isSetting) && command.name() !== "serve") throw settings(plain, command.name());
  return ours;
}

/** The command that a line begins with, and how many words name it. */
function commandOf(words: readonly string[], program: Command): { command: Command; depth: number } {
  let [command, depth] = [program, 0];
  while (true) {
    const next = command.commands.find((sub) => sub.name() === words[depth]);
    if (next === undefined) return { command, depth };
    [command, depth] = [next, depth + 1];
  }
}

/** The flags of a command. */
class Flags {
  constructor(
    private readonly options: readonly Option[],
    private readonly command: string,
  ) {}

  /** A word such as `--batch_size=16` as our flag, and the value that is attached to it. */
  translated(word: string): readonly [flag: string, ...value: string[]] {
    const [, short, number] = /^(-[a-z])(\d+)$/.exec(word) ?? []; // -b16
    if (short !== undefined && this.find(short) === undefined && Object.hasOwn(foreignFlags, short)) {
      return [this.ourFlag(short), number!];
    }
    const at = word.indexOf("=");
    const [name, value] = at < 0 ? [word] : [word.slice(0, at), word.slice(at + 1)];
    const flag = this.ourFlag(name!);
    return value === undefined ? [flag] : [flag, value];
  }

  private ourFlag(name: string): string {
    if (this.find(name) !== undefined) return name;
    const dashed = name.replaceAll("_", "-");
    if (this.find(dashed) !== undefined) return dashed;
    if (!Object.hasOwn(foreignFlags, dashed)) return name; // for commander to say what is near
    const { means, hint } = foreignFlags[dashed]!;
    if (means !== undefined && this.find(means) !== undefined) return means;
    const advice = hint ?? `it is ${means} here, which senet ${this.command} does not take`;
    throw new UserError(`unknown option '${name}'; ${advice}`);
  }

  /** The words behind a flag that are its values, whatever they look like. */
  valuesBehind(flag: string, attached: readonly string[], next: readonly string[]): readonly string[] {
    const option = this.find(flag);
    const [first, second] = next;
    if (option === undefined || attached.length > 0 || !(option.required || option.optional)) return [];
    const plain = leading(next, isPlain);
    if (option.variadic) return plain.length > 0 || option.optional ? plain : next.slice(0, 1);
    if (option.optional) return plain.slice(0, 1);
    if (option.flags.includes(",") && isNumber(first) && isNumber(second)) {
      const numbers = leading(next, isNumber);
      throw new UserError(`${flag}: got ${numbers.join(" ")}; expected commas between: ${flag} ${numbers.join(",")}`);
    }
    return next.slice(0, 1);
  }

  private find(name: string): Option | undefined {
    return this.options.find(({ long, short }) => name === long || name === short);
  }
}

/** The first words, as long as they are of a kind. */
function leading(words: readonly string[], are: (word: string) => boolean): readonly string[] {
  const end = words.findIndex((word) => !are(word));
  return words.slice(0, end < 0 ? words.length : end);
}

function isPlain(word: string): boolean {
  return !word.startsWith("-") || word === "-";
}

function isNumber(word: string | undefined): boolean {
  return word !== undefined && word.trim() !== "" && Number.isFinite(Number(word));
}

/** `epochs=3`, as Ultralytics has it, unless a file is called so. */
function isSetting(word: string): boolean {
  return /^[A-Za-z]\w*=/.test(word) && !existsSync(word);
}

/** What to write in the place of settings such as `model=resnet20 epochs=3`. */
function settings(plain: readonly string[], command: string): UserError {
  const task = command === "classify" ? plain.find((word) => !isSetting(word)) : undefined; // yolo classify train …
  const line = ["senet", task === undefined ? command : ourVerb(task)];
  const left: string[] = [];
  for (const word of plain.filter(isSetting)) {
    const [key, value] = [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)];
    const name = `--${key.replaceAll("_", "-")}`;
    const { means = name, hint } = Object.hasOwn(foreignFlags, name) ? foreignFlags[name]! : {};
    if (key === "source") line.splice(2, 0, value);
    else if (hint !== undefined || /^false$/i.test(value)) left.push(word);
    else line.push(...(/^true$/i.test(value) ? [means] : [means, value]));
  }
  const without = left.length === 0 ? "" : `, without ${left.join(" ")}`;
  return new UserError(`got ${plain.find(isSetting)}; expected flags: ${line.join(" ")}${without}`);
}
