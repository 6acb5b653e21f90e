import { loadavg } from "node:os";
import type { BenchCase } from "./cases.js";
import { openSide, type Side } from "./side.js";

/** What was measured of one case. */
export interface Measured {
  /** ISO 8601, of the end. */
  readonly when: string;
  /** Processes that ran or wanted to on this machine, on average over the minute before. */
  readonly load: number;
  readonly first: SideMeasured;
  /** Undefined where it is not installed. */
  readonly second: SideMeasured | undefined;
}

/** What one process took. */
export interface SideMeasured {
  readonly version: string;
  readonly milliseconds: readonly number[];
  readonly peakMegabytes: number;
}

/** How long a case is measured. */
export interface Budget {
  readonly threads: number;
  /** Rounds end when this many seconds have passed. */
  readonly seconds: number;
  readonly minRounds: number;
  readonly maxRounds: number;
}

/** How long a turn should last: shorter runs are repeated within it, in milliseconds. */
const turn = 1000;

/**
 * Runs both sides of a case in turn, each round beginning with the one that the round before ended with.
 * @throws Error when they do not have the same number of parameters where they should be one network.
 */
export async function measure(theCase: BenchCase, budget: Budget): Promise<Measured> {
  const [load] = loadavg();
  const first = (await openSide(theCase.first, budget.threads)) ?? missing(theCase);
  const sides: Side[] = [first];
  try {
    const second = await openSide(theCase.second, budget.threads);
    if (second !== undefined) sides.push(second);
    checkSame(theCase, sides);
    const times = await rounds(sides, budget);
    const [one, two] = sides.map(
      ({ version, peakMegabytes }, i): SideMeasured => ({ version, peakMegabytes, milliseconds: times[i]! }),
    );
    return { when: new Date().toISOString(), load: load!, first: one!, second: two };
  } finally {
    await Promise.all(sides.map((side) => side.close()));
  }
}

async function rounds(sides: readonly Side[], { seconds, minRounds, maxRounds }: Budget): Promise<number[][]> {
  const times: number[][] = sides.map(() => []);
  const runs: number[] = [];
  for (const side of sides) {
    const [, warm] = await side.time(2);
    runs.push(Math.min(50, Math.max(1, Math.round(turn / warm!))));
  }
  const started = performance.now();
  const over = () => performance.now() - started > 1000 * seconds;
  for (let round = 0; round < maxRounds && (round < minRounds || !over()); round++) {
    const order = round % 2 === 0 ? [...sides.keys()] : [...sides.keys()].toReversed();
    for (const i of order) times[i]!.push(...(await sides[i]!.time(runs[i]!)));
  }
  return times;
}

function checkSame({ name, first, second }: BenchCase, sides: readonly Side[]): void {
  const [a, b] = sides.map(({ parameters }) => parameters);
  if (first.model !== second.model || b === undefined || a === b) return;
  throw new Error(`bench: ${name} has ${a} parameters on the one side and ${b} on the other; expected one network`);
}

function missing({ name, first }: BenchCase): never {
  throw new Error(`bench: ${name} needs Python with PyTorch for ${first.model}; Debian has it as python3-torch`);
}
