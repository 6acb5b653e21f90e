// `npm run docs:cli`: writes docs/cli.md from the commands.
import { writeFileSync } from "node:fs";
import { cliReference } from "../dist/cli/reference.js";

writeFileSync(new URL("../docs/cli.md", import.meta.url), await cliReference());
