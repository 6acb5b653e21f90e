import { Option } from "commander";

/** What `--tune` was given: true without a file. */
export type TuneFlag = string | true;

/** Faster steps on this machine; the numbers stay the same but for their last digits. */
export function tuneOption(): Option {
  return new Option(
    "--tune [file]",
    "measure once which algorithms for gradients are fastest here; kept in ~/.cache/senet, or in the file",
  );
}

/** The file of the table; undefined for the machine's own. */
export function tableOf(flag: TuneFlag): string | undefined {
  return flag === true ? undefined : flag;
}
