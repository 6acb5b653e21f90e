import { UserError } from "../../errors.js";
import type { ByteSource } from "../../files/byte-source.js";
import { PickleCursor } from "./pickle-cursor.js";
import { type PickleHost, PickleMachine } from "./pickle-machine.js";
import { allowedOpcodes, refusedOpcodes } from "./pickle-opcodes.js";
import type { PickleValue } from "./pickle-value.js";

/** What a pickle held, and where it ended. */
export interface Unpickled {
  readonly value: PickleValue;
  /** The first byte after it. */
  readonly end: number;
}

/**
 * Reads a pickle of protocol 2 to 5 as data. Python's own reader runs whatever a pickle asks for; this one knows dicts,
 * lists, tuples, texts, numbers and what `host` makes of the names it allows. Everything else is refused by name.
 * Source: CPython, Lib/pickletools.py, which describes every opcode.
 * @param at where it begins, and `end` where it must have ended.
 * @throws UserError when it is cut short, damaged, or asks for anything else; its time and memory are bounded.
 */
export function unpickle(source: ByteSource, at: number, end: number, host: PickleHost): Unpickled {
  const cursor = new PickleCursor(source, at, end);
  const machine = new PickleMachine(cursor, host);
  while (machine.result === undefined) {
    machine.charge(1);
    const code = cursor.byte();
    const run = allowedOpcodes.get(code);
    if (run === undefined) throw refusal(code, cursor.at - 1);
    run(machine);
  }
  return { value: machine.result, end: cursor.at };
}

function refusal(code: number, at: number): UserError {
  const name = refusedOpcodes.get(code) ?? `0x${code.toString(16).padStart(2, "0")}`;
  return new UserError(
    `got a pickle with opcode ${name} at byte ${at}; expected tensors in dicts, lists and tuples, and nothing that runs code`,
  );
}
