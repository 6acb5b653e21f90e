import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterAll, describe, expect, it } from "vitest";
import { startingAsConfig, type TrainingFlags, trainingOptions } from "./options.js";

const folder = mkdtempSync(join(tmpdir(), "senet-start-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** How blocks start by a line of flags, where `--config` is a file with that text. */
async function startOf(line: string, config?: object): Promise<unknown> {
  const command = new Command("train").exitOverride();
  for (const option of trainingOptions({ data: "glyphs" })) command.addOption(option);
  const path = join(folder, "config.json");
  if (config !== undefined) writeFileSync(path, JSON.stringify(config));
  const words = [...line.split(" ").filter(Boolean), ...(config === undefined ? [] : ["--config", path])];
  command.parse(words, { from: "user" });
  return (await startingAsConfig(command.opts<TrainingFlags & { start: string }>(), command)).start;
}

const recipe = { epochs: 2, lr: 0.1 };

describe("startingAsConfig", () => {
  it.each([
    ["no configuration", "", undefined, "identity"],
    ["a recipe alone", "", recipe, "identity"],
    ["a run of before one could choose", "", { recipe, flags: { shortcut: "A" } }, "paper"],
    ["a run that started as the paper has it", "", { recipe, flags: { start: "paper" } }, "paper"],
    ["a run that started as its host", "", { recipe, flags: { start: "identity" } }, "identity"],
    ["a flag over a run of before", "--start identity", { recipe, flags: {} }, "identity"],
    ["a flag over a run of now", "--start paper", { recipe, flags: { start: "identity" } }, "paper"],
  ])("of %s", async (_, line, config, start) => expect(await startOf(line, config)).toBe(start));

  it("tells what is no recipe", async () => {
    await expect(startOf("", { epoch: 3 })).rejects.toThrow("expected fields of a recipe");
  });
});
