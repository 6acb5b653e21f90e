import { refuse } from "../refusal.js";
import type { Span } from "./read-numbers.js";

/** A request whose tensors were taken out of its text. */
export interface CutText {
  /** What is left, as JSON: in the place of the list `data` of an input stands `[n]`, the number of its span. */
  readonly text: string;
  /** Where those lists lie. */
  readonly spans: readonly Span[];
}

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * Cuts the lists `inputs[i].data` out of the JSON text of a request, so that only what is left is parsed into objects.
 * Whether what is left is JSON, the parser says; whether the lists are, the reader of numbers.
 */
export function cutData(bytes: Uint8Array): CutText {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const spans: Span[] = [];
  const pieces: string[] = [];
  let [at, from, depth, isInputs] = [0, 0, 0, false];
  /** The last text that was seen, which is a key where a colon follows. */
  let key = "";
  while (at < buffer.length) {
    const c = buffer[at]!;
    if (c === quote) {
      const end = endOfText(buffer, at);
      key = depth === 1 || depth === 3 ? keyOf(buffer, at, end) : "";
      at = end;
      continue;
    }
    if (c === openObject || c === openList) depth++;
    else if (c === closeObject || c === closeList) depth--;
    else if (c === comma && depth === 1) isInputs = false;
    else if (c === colon && depth === 1) isInputs = key === "inputs";
    else if (c === colon && depth === 3 && isInputs && key === "data") {
      const start = skipSpace(buffer, at + 1);
      if (buffer[start] === openList) {
        const end = endOfList(buffer, start);
        pieces.push(buffer.toString("utf8", from, start), `[${spans.length}]`);
        spans.push({ start, end });
        at = from = end;
        continue;
      }
    }
    at++;
  }
  pieces.push(buffer.toString("utf8", from));
  return { text: pieces.join(""), spans };
}

function keyOf(buffer: Buffer, start: number, end: number): string {
  if (end - start > 64) return "";
  const text = buffer.toString("utf8", start, end);
  if (!text.includes("\\")) return text.slice(1, -1);
  try {
    return JSON.parse(text) as string;
  } catch {
    return ""; // which the parser of the whole refuses
  }
}

function skipSpace(buffer: Buffer, from: number): number {
  let at = from;
  while (buffer[at] === 0x20 || buffer[at] === 0x0a || buffer[at] === 0x0d || buffer[at] === 0x09) at++;
  return at;
}

/** The place behind a text that begins at a quote. */
function endOfText(buffer: Buffer, start: number): number {
  for (let at = start + 1; at < buffer.length; at++) {
    if (buffer[at] === backslash) at++;
    else if (buffer[at] === quote) return at + 1;
  }
  return refuse("got JSON that ends within a text; expected a whole request");
}

/** The place behind a list that begins at a bracket; goes from bracket to bracket as the processor finds bytes. */
function endOfList(buffer: Buffer, start: number): number {
  const next = (byte: number, from: number) => {
    const found = buffer.indexOf(byte, from);
    return found < 0 ? buffer.length : found;
  };
  let depth = 0;
  let at = start;
  let [open, close, text] = [start, next(closeList, start), next(quote, start)];
  while (close < buffer.length) {
    at = Math.min(open, close, text);
    if (at === text) {
      at = endOfText(buffer, at);
      text = next(quote, at);
      if (open < at) open = next(openList, at);
      if (close < at) close = next(closeList, at);
    } else if (at === open) {
      depth++;
      open = next(openList, at + 1);
    } else {
      depth--;
      if (depth === 0) return at + 1;
      close = next(closeList, at + 1);
    }
  }
  return refuse("got JSON that ends within data; expected a whole request");
}
