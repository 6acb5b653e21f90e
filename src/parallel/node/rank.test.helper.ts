import { openCommunicator } from "./open-communicator.js";

// A rank of the jobs that mpi.test.ts starts: does what its argument says and prints what came of it.

const [task] = process.argv.slice(2);
const ranks = await openCommunicator();
const { rank, size } = ranks;

/** A number that depends on place and rank, with all bits in use. */
const noise = (i: number, of: number) => Math.fround(Math.sin(1 + i * (of + 1)) * 10 ** (i % 7));

const tasks: Readonly<Record<string, () => Promise<object>>> = {
  async facts() {
    return { rank, size, local: ranks.local, hosts: ranks.hosts.length, library: ranks.library };
  },
  async sums() {
    const lengths = [0, 1, 7, 100, 5003, 700_001];
    const wrong: number[] = [];
    for (const length of lengths) {
      const sum = await ranks.allreduce(Float32Array.from({ length }, (_, i) => noise(i, rank)));
      const expected = Float32Array.from({ length }, (_, i) => {
        let all = 0;
        for (let of = 0; of < size; of++) all += noise(i, of);
        return all;
      });
      if (sum.length !== length || sum.some((value, i) => !Object.is(value, expected[i]))) wrong.push(length);
    }
    return { wrong };
  },
  async bytes() {
    const given = rank === 0 ? Uint8Array.of(1, 2, 3) : undefined;
    const spread = [...(await ranks.broadcast(given))];
    const gathered = (await ranks.gather(new Uint8Array(rank).fill(rank))).map((own) => own.join(""));
    await ranks.barrier();
    return { spread, gathered, none: (await ranks.broadcast()).length };
  },
  async loop() {
    const until = performance.now() + 300;
    let turns = 0;
    let free = true;
    const done = rank === 0 ? new Promise((resolve) => setTimeout(resolve, 300)) : Promise.resolve();
    const here = done
      .then(() => ranks.barrier())
      .finally(() => {
        free = false;
      });
    for (; free && performance.now() < until; turns++) await new Promise((resolve) => setImmediate(resolve));
    await here;
    return { turned: turns > 20 };
  },
  async late() {
    if (rank === 1) await new Promise((resolve) => setTimeout(resolve, 60_000));
    const error = await ranks.barrier().then(
      () => undefined,
      (failure: Error) => failure,
    );
    process.stdout.write(`${error?.name}: ${error?.message}\n`);
    await ranks.abort(5);
    return {};
  },
};
const result = await tasks[task!]!();
process.stdout.write(`${JSON.stringify(result)}\n`);
await ranks.close();
