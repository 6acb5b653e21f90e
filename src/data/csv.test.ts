import { describe, expect, it } from "vitest";
import { parseCsv } from "./csv.js";

describe("parseCsv", () => {
  it("reads quoted cells with commas, quotes and line breaks, either line end, and no last one", () => {
    const text = '\ufefffile, label\r\na.jpg,"tench, ""Tinca"""\n"b\nc.jpg",\r\n\r\nd.jpg,x';
    expect(parseCsv(text, "t.csv")).toEqual({
      columns: ["file", "label"],
      rows: [
        ["a.jpg", 'tench, "Tinca"'],
        ["b\nc.jpg", ""],
        ["d.jpg", "x"],
      ],
    });
  });

  it.each([
    ["semicolons", 'file;label\n"a;b.jpg";x,y\n'],
    ["tabs", "file\tlabel\na;b.jpg\tx,y\n"],
    ["a line of Excel's", "sep=;\r\nfile;label\r\na;b.jpg;x,y\r\n".replace("a;b.jpg", '"a;b.jpg"')],
  ])("reads %s", (_, text) => {
    expect(parseCsv(text, "t.csv")).toEqual({ columns: ["file", "label"], rows: [["a;b.jpg", "x,y"]] });
  });

  it("counts lines as an editor does", () => {
    expect(() => parseCsv('a,b\n"x\ny",1\n2\n', "t.csv")).toThrow(
      "t.csv: got 1 cells in line 4; expected 2 as in the header",
    );
    expect(() => parseCsv('a,b\n"x"y,1\n', "t.csv")).toThrow(
      "t.csv: got text after a closing quote in line 2; expected a comma",
    );
  });
});
