import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { UserError } from "../../errors.js";
import { Random } from "../../random.js";
import { archive, hostileCheckpoints, legacy, pickled, tensor, text } from "./hostile-pth.test.helper.js";
import { readPth } from "./pth.js";

/**
 * A read that works takes no more memory than the file justifies; one that does not is the user's error, in one line.
 */
function readOrRefuse(file: Uint8Array): "read" | "refused" {
  try {
    const { tensors } = readPth(file);
    const taken = [...tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
    expect(taken).toBeLessThan(2 * (8 * file.length + 2 ** 24)); // 16-bit numbers take twice their bytes
    return "read";
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.message).toMatch(/^pth: [^\n\r]{1,600}$/);
    return "refused";
  }
}

const fixture = (name: string) => {
  const url = new URL(`../../../tests/goldens/pth/${name}.pth`, import.meta.url);
  return new Uint8Array(readFileSync(url));
};
const files = ["parallel.zip", "parallel.legacy", "checkpoint.zip", "checkpoint.legacy"] as const;
const small = ["parallel.zip", "parallel.legacy"] as const;

describe("readPth", () => {
  it.each(files)("reads %s, which is damaged below", (name) => {
    expect(readOrRefuse(fixture(name))).toBe("read");
  });

  it.each(small)("refuses %s cut short at any length", (name) => {
    const whole = fixture(name);
    const read = Array.from(whole, (_, length) => length).filter(
      (length) => readOrRefuse(whole.subarray(0, length)) === "read",
    );
    expect(read).toEqual([]);
  });

  it.each(files)("refuses %s with flipped bits, or reads what is still a checkpoint", (name) => {
    const whole = fixture(name);
    const random = new Random(1, "flips", name);
    const outcomes = { read: 0, refused: 0 };
    for (let run = 0; run < 1000; run++) {
      const bytes = whole.slice();
      const flips = 1 + random.below(3);
      for (let i = 0; i < flips; i++) bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
      outcomes[readOrRefuse(bytes)]++;
    }
    expect(outcomes.read).toBeGreaterThan(50);
    expect(outcomes.refused).toBeGreaterThan(50);
  });

  it.each(files)("refuses %s with bytes replaced, left out or put in, or reads what is still a checkpoint", (name) => {
    const whole = fixture(name);
    const random = new Random(2, "splices", name);
    for (let run = 0; run < 500; run++) {
      const at = random.below(whole.length);
      const put = Uint8Array.from({ length: random.below(12) }, () => (random.below(2) ? 255 : random.below(256)));
      const bytes = Buffer.concat([whole.subarray(0, at), put, whole.subarray(at + random.below(12))]);
      expect(["read", "refused"]).toContain(readOrRefuse(bytes));
    }
  });

  it("refuses random opcodes in either form", () => {
    const random = new Random(3, "opcodes");
    const opcodes =
      "(.012NJKMGXTUBC)tleasdu}]hjqrcQRboi\x81\x8f\x90\x91\x92\x96\x80\x85\x86\x87\x88\x89\x8a\x8c\x93\x94\x95";
    for (let run = 0; run < 2000; run++) {
      const codes = Array.from({ length: 1 + random.below(60) }, () =>
        opcodes.charCodeAt(random.below(opcodes.length)),
      );
      const pickle = pickled(random.below(2) ? tensor() : text("a"), codes);
      const file = random.below(2) ? archive(pickle, { 0: new Uint8Array(16) }) : legacy(pickle);
      expect(["read", "refused"]).toContain(readOrRefuse(file));
    }
  });

  it("runs no code, and takes neither long nor much memory over files made to hurt: 96 MB of heap do", async () => {
    const helper = fileURLToPath(new URL("./hostile-pth.test.helper.js", import.meta.url));
    const argv = ["--max-old-space-size=96", helper, "run"];
    const { stdout } = await promisify(execFile)(process.execPath, argv);
    const lines: { name: string; outcome: string; work: number; rss: number }[] = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map(({ name }) => name)).toEqual(Object.keys(hostileCheckpoints));
    expect(lines.filter(({ outcome }) => !/^f: got [^\n\r]{1,600}$|^f: tensor "w": got /.test(outcome))).toEqual([]);
    const names = lines.filter(({ name }) => /^[A-Za-z_]+(\.\w+)+$|^[A-Z]+[_1A-Z]*$/.test(name));
    expect(names.length).toBeGreaterThan(13);
    const moved = ["BUILD", "INST", "OBJ", "NEWOBJ", "NEWOBJ_EX"]; // opcodes that are read, as data
    expect(names.filter(({ name, outcome }) => !outcome.includes(name) && !moved.includes(name))).toEqual([]);
    expect(Math.max(...lines.map(({ work }) => work))).toBeLessThan(400); // hundreds of ordinary checkpoints read
    expect(Math.max(...lines.map(({ rss }) => rss))).toBeLessThan(350 * 2 ** 20); // the engine's own 50 MB included
    expect(existsSync("/tmp/senet-owned")).toBe(false);
  });
});
