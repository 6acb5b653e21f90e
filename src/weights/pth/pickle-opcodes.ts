import { UserError } from "../../errors.js";
import type { PickleMachine } from "./pickle-machine.js";
import { PickleTuple, type PickleValue } from "./pickle-value.js";

/** What one opcode does; its code has been read, its arguments have not. */
type Opcode = (machine: PickleMachine) => void;

/** A code, as the character that Python writes it as, or beyond ASCII its number. */
const code = (at: string | number) => (typeof at === "string" ? at.charCodeAt(0) : at);

/** Every opcode that is known to only move data. Source: CPython, Lib/pickletools.py. */
export const allowedOpcodes: ReadonlyMap<number, Opcode> = new Map<number, Opcode>(
  (
    [
      [0x80, protocol],
      [0x95, ({ cursor }) => void cursor.uint64()], // FRAME: a hint for buffers
      ["(", (m) => m.mark()],
      [".", (m) => m.finish()],
      ["0", (m) => void m.pop()],
      ["1", (m) => void m.popToMark()],
      ["2", (m) => m.push(m.top())],
      ["N", (m) => m.push(null)],
      [0x88, (m) => m.push(true)],
      [0x89, (m) => m.push(false)],
      ["J", (m) => m.push(m.cursor.int32())],
      ["K", (m) => m.push(m.cursor.byte())],
      ["M", (m) => m.push(m.cursor.uint16())],
      [0x8a, (m) => m.push(long(m, m.cursor.byte()))],
      [0x8b, (m) => m.push(long(m, m.cursor.uint32()))],
      ["G", (m) => m.push(m.cursor.float64())],
      ["X", (m) => m.push(m.cursor.text(m.cursor.uint32()))],
      [0x8c, (m) => m.push(m.cursor.text(m.cursor.byte()))],
      [0x8d, (m) => m.push(m.cursor.text(m.cursor.uint64()))],
      ["T", (m) => m.push(m.cursor.text(m.cursor.uint32()))], // Python 2's plain strings
      ["U", (m) => m.push(m.cursor.text(m.cursor.byte()))],
      ["B", (m) => m.push(m.cursor.bytes(m.cursor.uint32()))],
      ["C", (m) => m.push(m.cursor.bytes(m.cursor.byte()))],
      [0x8e, (m) => m.push(m.cursor.bytes(m.cursor.uint64()))],
      [")", (m) => m.pushTuple([])],
      ["t", (m) => m.pushTuple(m.popToMark())],
      [0x85, (m) => m.pushTuple(last(m, 1))],
      [0x86, (m) => m.pushTuple(last(m, 2))],
      [0x87, (m) => m.pushTuple(last(m, 3))],
      ["]", (m) => m.pushList([])],
      ["l", (m) => m.pushList(m.popToMark())],
      ["a", (m) => m.appendToTop(last(m, 1))],
      ["e", (m) => m.appendToTop(m.popToMark())],
      ["}", (m) => m.pushDict([])],
      ["d", (m) => m.pushDict(m.popToMark())],
      ["s", (m) => m.setInTop(last(m, 2))],
      ["u", (m) => m.setInTop(m.popToMark())],
      ["h", (m) => m.pushRemembered(m.cursor.byte())],
      ["j", (m) => m.pushRemembered(m.cursor.uint32())],
      ["q", (m) => m.remember(m.cursor.byte())],
      ["r", (m) => m.remember(m.cursor.uint32())],
      [0x94, (m) => m.rememberNext()],
      ["c", (m) => m.push(global(m, m.cursor.line(), m.cursor.line()))],
      [0x93, stackGlobal],
      ["Q", (m) => persistent(m)],
      ["R", reduce],
      [0x81, reduce], // NEWOBJ: a class and the arguments of its __new__
      [0x92, newObjectByNames],
      ["o", (m) => instance(m, m.popToMark())],
      ["i", (m) => instance(m, [global(m, m.cursor.line(), m.cursor.line()), ...m.popToMark()])],
      ["b", (m) => m.setState()],
      [0x8f, (m) => m.pushList([])], // a set is a list here
      [0x90, (m) => m.appendToTop(m.popToMark())],
      [0x91, (m) => m.pushTuple(m.popToMark())],
      [0x96, (m) => m.push(m.cursor.bytes(m.cursor.uint64()))],
    ] satisfies [string | number, Opcode][]
  ).map(([at, run]) => [code(at), run]),
);

/** The others, by the names that Python gives them, for messages. */
export const refusedOpcodes: ReadonlyMap<number, string> = new Map(
  (
    [
      ["I", "INT"],
      ["L", "LONG"],
      ["F", "FLOAT"],
      ["S", "STRING"],
      ["V", "UNICODE"],
      ["g", "GET"],
      ["p", "PUT"],
      ["P", "PERSID"],
      [0x82, "EXT1"],
      [0x83, "EXT2"],
      [0x84, "EXT4"],
      [0x97, "NEXT_BUFFER"],
      [0x98, "READONLY_BUFFER"],
    ] satisfies [string | number, string][]
  ).map(([at, name]) => [code(at), name]),
);

function protocol({ cursor }: PickleMachine): void {
  const version = cursor.byte();
  if (version < 2 || version > 5) throw new UserError(`got a pickle of protocol ${version}; expected 2 to 5`);
}

/** Longer whole numbers mean nothing here, and cost more the longer they are. */
const LONGEST_NUMBER = 64;

/** A whole number of that many bytes, little-endian, in two's complement. */
function long({ cursor }: PickleMachine, length: number): number | bigint {
  if (length > LONGEST_NUMBER) {
    throw new UserError(`got a whole number of ${length} bytes; expected ${LONGEST_NUMBER} at most`);
  }
  const value = cursor.bytes(length).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const signed = BigInt.asIntN(8 * length, value);
  return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
}

/** The last values in the order in which they came. */
function last(m: PickleMachine, count: number) {
  return Array.from({ length: count }, () => m.pop()).reverse();
}

function stackGlobal(m: PickleMachine): void {
  const [module, name] = last(m, 2);
  if (typeof module !== "string" || typeof name !== "string") {
    throw new UserError("got a pickle that names a global by something else than text; expected a checkpoint as saved");
  }
  m.push(global(m, module, name));
}

/** A name of a module; each may be a new one, which costs. */
function global(m: PickleMachine, module: string, name: string): PickleValue {
  m.chargeObjects(1);
  return m.host.global(module, name);
}

function persistent(m: PickleMachine): void {
  m.chargeObjects(1);
  m.push(m.host.persistent(m.pop()));
}

function reduce(m: PickleMachine): void {
  const [callee, args] = last(m, 2);
  if (!(args instanceof PickleTuple)) {
    throw new UserError("got a pickle that calls without arguments; give the whole file");
  }
  call(m, callee!, args);
}

/** NEWOBJ_EX: a class with arguments and named arguments, which nothing needs. */
function newObjectByNames(m: PickleMachine): void {
  m.pop();
  reduce(m);
}

/** OBJ and INST: a class and its arguments in a row, as Python 2 wrote them. */
function instance(m: PickleMachine, [callee, ...args]: readonly PickleValue[]): void {
  if (callee === undefined) throw new UserError("got a pickle that makes an object of no class; give the whole file");
  call(m, callee, new PickleTuple(args));
}

function call(m: PickleMachine, callee: PickleValue, args: PickleTuple): void {
  // A tensor keeps its sizes and strides: the more there are, the more it costs.
  m.chargeObjects(2);
  m.push(m.host.call(callee, args, (work) => m.charge(work)));
}
