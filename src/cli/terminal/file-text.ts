import type { ViewedValue } from "../../graph/model-view.js";
import type { FileFacts } from "../../workspace/model/file-facts.js";

/** What is known of a file, in lines as those of `senet profile`; nothing for what is no file. */
export function fileText(file: FileFacts | undefined): string {
  if (file === undefined) return "";
  const { opset, operators, inputs, outputs, settings } = file;
  const listed = operators.slice(0, 8).map(([name, count]) => `${name} ${count}`);
  const more = operators.length > 8 ? `, and ${operators.length - 8} more` : "";
  const lines: [string, string][] = [
    ["opset", `${opset ?? "unknown"}; ${listed.join(", ")}${more}`],
    ...inputs.map((value): [string, string] => ["input", declared(value)]),
    ["images", inputText(file)],
    ...outputs.map((value): [string, string] => ["output", declared(value)]),
    ["answer", answerText(file)],
    ...settings.map(([name, reason]): [string, string] => ["setting", `${name}: ${reason}, so it does not learn`]),
  ];
  return lines.map(([name, text]) => `  ${name.padEnd(13)}${text}\n`).join("");
}

function declared({ name, type, shape }: ViewedValue): string {
  return `${name}, ${type || "no tensor"}${shape ? ` [${shape.map((size) => size ?? "?").join(", ")}]` : ""}`;
}

const takes = { unit: "pixels from 0 to 1", bytes: "pixels from 0 to 255" } as const;

function inputText({ input }: FileFacts): string {
  if ("problem" in input) return input.problem;
  const { layout, type, because } = input;
  const range = input.takes ? takes[input.takes] : "normalised by mean and std, which the file's card may say";
  return `${layout}, ${type}, ${range} (${because})`;
}

function answerText({ answer }: FileFacts): string {
  if ("problem" in answer) return answer.problem;
  return `${answer.output}: ${answer.classes} classes (${answer.because})`;
}
