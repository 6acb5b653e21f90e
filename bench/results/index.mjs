// The scripts that write the tables of docs/results.md:
//
//   npm run results                      lists them
//   npm run results -- NAME [--quick]    runs one; --quick gives it a small part of its work, to see that it runs
//
// Each prints the table with the command, the machine and the versions that made it.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));
const text = (name) => readFileSync(`${folder}/${name}.mjs`, "utf8");
const names = readdirSync(folder)
  .filter((file) => file.endsWith(".mjs"))
  .map((file) => file.slice(0, -".mjs".length))
  .filter(
    (name) => /npm run results -- |node bench\/results\//.test(text(name).split("\nimport")[0]) && name !== "index",
  );
const [name, ...rest] = process.argv.slice(2);

if (name === undefined) {
  for (const each of names) console.log(`${each.padEnd(16)} ${text(each).split("\n")[0].slice("// ".length)}`);
} else if (names.includes(name)) {
  process.argv = [process.argv[0], `${folder}/${name}.mjs`, ...rest];
  await import(`./${name}.mjs`);
} else {
  console.error(`results: got ${name}; expected one of ${names.join(", ")}`);
  process.exitCode = 2;
}
