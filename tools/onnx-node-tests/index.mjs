// Runs the operator tests of the Python package `onnx` with what senet makes of their files, and prints for each operator
// how many pass and why the others do not.
// npm run results -- operator-tests FOLDER [OPERATOR…], after a build. FOLDER is onnx/backend/test/data/node of the
// package, of any version.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fromBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";
import { isKnown, opInFile, ops } from "../../dist/ops/index.js";
import { outcomeOf } from "./outcome.mjs";

const [folder, ...only] = process.argv.slice(2);
if (folder === undefined) throw new Error("give the folder of the node tests");

const several = "several operators";

/** The operator of ours that a test is about; undefined where the model has others. */
function subjectOf({ graph: { node: nodes } }) {
  const own = nodes.filter(({ opType }) => opType !== "Constant");
  if (own.length === 0 || !own.every(({ opType, domain }) => isKnown(opType, domain))) return undefined;
  if (own.length < nodes.length || own.length > 1) return several;
  const op = opInFile(own[0].opType, own[0].domain);
  return Object.keys(ops).find((name) => ops[name] === op);
}

const table = new Map();
for (const name of readdirSync(folder).sort()) {
  const model = fromBinary(ModelProtoSchema, readFileSync(join(folder, name, "model.onnx")));
  const subject = subjectOf(model);
  if (subject === undefined || (only.length > 0 && !only.includes(subject))) continue;
  const row = table.get(subject) ?? { all: 0, passed: 0, checked: 0, right: 0, reasons: [] };
  table.set(subject, row);
  const { passed, gradient, reason } = await outcomeOf(model, join(folder, name, "test_data_set_0"));
  row.all++;
  if (passed) row.passed++;
  if (gradient !== undefined) row.checked++;
  if (gradient === "right") row.right++;
  if (reason !== undefined) row.reasons.push(`${name}: ${reason.replace(/\s+/g, " ").slice(0, 240)}`);
}

const total = { all: 0, passed: 0, checked: 0, right: 0 };
for (const [subject, row] of [...table].sort()) {
  for (const key of Object.keys(total)) total[key] += row[key];
  const gradients = row.checked === 0 ? "" : `, gradients ${row.right}/${row.checked}`;
  process.stdout.write(`${subject}: ${row.passed}/${row.all}${gradients}\n`);
  for (const reason of row.reasons) process.stdout.write(`    ${reason}\n`);
}
const operators = [...table.keys()].filter((name) => name !== several);
const whole = operators.filter((name) => table.get(name).passed === table.get(name).all);
process.stdout.write(
  `${operators.length} operators, ${whole.length} of them whole: ${total.passed} of ${total.all} tests pass, ` +
    `${total.right} of ${total.checked} gradients are right\n`,
);
