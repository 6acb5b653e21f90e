import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { initialise } from "../../graph/initialise.js";
import { float32 } from "../../graph/tensor.js";
import { createModel } from "../../models/index.js";
import { writeSafetensors } from "../../weights/safetensors/safetensors.js";
import { runSenet } from "../run-senet.test.helper.js";
import { takingOf } from "./weights-options.js";

const folder = mkdtempSync(join(tmpdir(), "senet-taking-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const senet = (line: string) => runSenet(folder, ...line.split(" "));

beforeAll(() => {
  const weights = initialise(createModel("resnet20"), 3);
  const more = new Map([...weights, ["queue", float32([1], [0])]]);
  writeFileSync(join(folder, "more.safetensors"), writeSafetensors(more));
  const query = new Map([...weights].map(([name, tensor]) => [`q.${name}`, tensor] as const));
  const key = [...weights].map(([name, tensor]) => [`k.${name}`, tensor] as const);
  writeFileSync(join(folder, "pair.safetensors"), writeSafetensors(new Map([...query, ...key])));
});

describe("--entry, --prefix and --allow-surplus", () => {
  it("are refused without weights that they could be about", () => {
    expect(() => takingOf({ prefix: "q." }, undefined)).toThrow("--prefix: got it without --weights");
    expect(takingOf({}, undefined)).toBeUndefined();
    expect(takingOf({ allowSurplus: true }, "w.pth")).toMatchObject({ allowSurplus: true });
  });

  it.each(["export resnet20 -o F.onnx", "insert resnet20 -o F.onnx"])("stand with %s", async (line) => {
    const command = (more: string, file: string) => senet(`${line.replace("F", file)} ${more}`);
    const refused = await command("--weights more.safetensors", "no");
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("1 surplus: queue")]);
    const name = line.split(" ")[0]!;
    expect((await command("--weights more.safetensors --allow-surplus", `${name}-a`)).code).toBe(0);
    expect((await command("--weights pair.safetensors", "none")).code).toBe(2);
    const taken = await command("--weights pair.safetensors --prefix q.", `${name}-b`);
    expect([taken.code, taken.stderr]).toEqual([0, expect.stringContaining('"q."')]);
  });

  it("stand with every command that takes weights", async () => {
    for (const name of ["train", "eval", "classify", "export", "insert", "run", "gradients"]) {
      const { stdout } = await senet(`${name} --help`);
      expect([name, stdout.includes("--prefix <text>"), stdout.includes("--allow-surplus")]).toEqual([
        name,
        true,
        true,
      ]);
    }
  });
});
