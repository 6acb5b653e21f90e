/** Signs that a terminal obeys in place of showing them: control characters, and what turns the direction of text. */
const obeyed = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

const short: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\u001b": "\\e" };

/** A name of a file, a class or whatever else nobody vouches for, as a part of one line: `a\nb` of two lines. */
export function visible(name: string): string {
  return name.replace(obeyed, (sign) => short[sign] ?? escaped(sign));
}

/** A text of several lines, in which nothing but their ends is obeyed. */
export function visibleLines(text: string): string {
  return text.replace(obeyed, (sign) => (sign === "\n" ? sign : (short[sign] ?? escaped(sign))));
}

function escaped(sign: string): string {
  const digits = sign.codePointAt(0)!.toString(16);
  return digits.length <= 2 ? `\\x${digits.padStart(2, "0")}` : `\\u${digits}`;
}
