import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { commands, nameOf } from "./commands/index.js";
import { createProgram } from "./program.js";
import { cliReference } from "./reference.js";

describe("docs/cli.md", () => {
  it("says what the commands say; npm run docs:cli writes it anew", async () => {
    expect(readFileSync(new URL("../../docs/cli.md", import.meta.url), "utf8")).toBe(await cliReference());
  });
});

describe("the help of senet", () => {
  it("shows every command as its own file has it", async () => {
    for (const row of commands) {
      const command = await row.load();
      const args = command.registeredArguments.map((argument) => {
        const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
        return argument.required ? `<${name}>` : `[${name}]`;
      });
      expect(row.term).toBe([command.name(), ...(command.options.length > 0 ? ["[options]"] : []), ...args].join(" "));
    }
  });

  it("needs no command's file", async () => {
    const program = await createProgram(() => false);
    expect(program.commands.map((command) => command.name())).toEqual(commands.map(nameOf));
    expect(program.commands.filter((command) => command.options.length > 0)).toEqual([]);
  });
});
