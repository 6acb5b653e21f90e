import type { Answer } from "../../evaluate/answers.js";
import { visible } from "./visible.js";

/** How answers to photos are printed, one photo after the other. */
export interface AnswerFormat {
  /** What comes before all photos. */
  readonly head: string;
  answers(path: string, answers: readonly Answer[]): string;
  /** For a photo that could not be read; empty where only the list at the end tells. */
  problem(path: string, problem: string): string;
}

/** A chart per photo, within `columns` of a terminal. */
export function chartFormat(columns: number): AnswerFormat {
  const width = Math.min(100, Math.max(40, columns));
  const bars = Math.floor(width * 0.3);
  const names = width - bars - "  ".length * 3 - "100.0 %".length;
  return {
    head: "",
    answers(path, answers) {
      const lines = answers.map(({ label: name, probability }) => {
        const label = visible(name);
        const percent = `${(100 * probability).toFixed(1)} %`.padStart("100.0 %".length);
        return `  ${cut(label, names).padEnd(names)}  ${percent}  ${shareBar(probability, bars)}`.trimEnd();
      });
      return `${visible(path)}\n${lines.join("\n")}\n\n`;
    },
    problem: () => "",
  };
}

/** A JSON object in a line per photo. */
export const jsonFormat: AnswerFormat = {
  head: "",
  answers: (file, answers) => `${JSON.stringify({ file, answers })}\n`,
  problem: (file, error) => `${JSON.stringify({ file, error })}\n`,
};

/** A row per answer. */
export const csvFormat: AnswerFormat = {
  head: "file,rank,index,label,probability\n",
  answers: (path, answers) =>
    answers
      .map(({ index, label, probability }, i) => `${cell(path)},${i + 1},${index},${cell(label)},${probability}\n`)
      .join(""),
  problem: () => "",
};

/** Source: RFC 4180. */
function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}

/** A bar of `width` cells for a share of 0–1, to an eighth of a cell. */
function shareBar(share: number, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  return "█".repeat(eighths >> 3) + " ▏▎▍▌▋▊▉"[eighths & 7]!.trim();
}
