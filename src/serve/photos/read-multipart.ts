import { refuse } from "../refusal.js";

/** A part of a form that holds a file. */
export interface FormFile {
  /** What it is called: the file's name, else the field's. */
  readonly name: string;
  readonly bytes: Buffer;
}

/** The most parts of a form, those without a file among them. */
const mostParts = 10_000;

/** The boundary that a content type names; undefined where it is no form. @throws Refusal for a form without one. */
export function boundaryOf(contentType: string | undefined): string | undefined {
  if (!/^multipart\/form-data\b/i.test(contentType ?? "")) return undefined;
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;,"]{1,70}))/i.exec(contentType!) ?? [];
  return quoted ?? plain ?? refuse("got multipart/form-data without a boundary; expected one of up to 70 letters");
}

/**
 * The files of a form, in their order; fields without a file's name that hold bytes count as files too.
 * Source: RFC 7578 and RFC 2046, section 5.1.
 * @throws Refusal where the body is no whole form.
 */
export function readMultipart(body: Buffer, boundary: string): FormFile[] {
  const border = Buffer.from(`\r\n--${boundary}`, "latin1");
  const files: FormFile[] = [];
  const start = border.subarray(2);
  let at = body.subarray(0, start.length).equals(start) ? start.length : endOf(body, border, 0);
  for (let parts = 0; body.toString("latin1", at, at + 2) !== "--"; parts++) {
    if (parts === mostParts) refuse(`got a form of more than ${mostParts} parts; expected fewer`);
    const line = body.indexOf("\r\n", at); // spaces may follow a boundary
    const head = body.indexOf("\r\n\r\n", line);
    const end = body.indexOf(border, Math.max(line, head));
    if (line < 0 || head < 0 || end < 0) refuse("got a form that ends within a part; expected a whole one");
    const name = nameIn(body.toString("utf8", line, head));
    if (name !== undefined) files.push({ name, bytes: body.subarray(head + 4, Math.max(end, head + 4)) });
    at = end + border.length;
  }
  return files;
}

function endOf(body: Buffer, border: Buffer, from: number): number {
  const found = body.indexOf(border, from);
  if (found < 0) refuse("got a form without its boundary; expected a whole one");
  return found + border.length;
}

/** The name of the file, or of the field, that the headers of a part tell. */
function nameIn(headers: string): string | undefined {
  const [disposition] = /^content-disposition:.*$/im.exec(headers) ?? [];
  if (disposition === undefined) return undefined;
  const [, file] = /;\s*filename="((?:[^"\\]|\\.)*)"/i.exec(disposition) ?? [];
  const [, field] = /;\s*name="((?:[^"\\]|\\.)*)"/i.exec(disposition) ?? [];
  return file ?? field;
}
