// How often the 95 % interval of a gain holds the truth: simulated experiments whose true difference is 0.
//
//   npm run results -- interval [experiments]     (4000 by default)
import { pairedDifference } from "../../dist/exports/report.js";
import { Random } from "../../dist/random.js";

const experiments = Number(process.argv[2] ?? 4000);
const images = 500;

/** Two models that are equally good; seeds and images shift their chances apart, up as often as down. */
function experiment(random, seeds, seedEffect, imageEffect) {
  const easiness = Array.from({ length: images }, () => 0.7 + 0.3 * random.float());
  const byImage = Array.from({ length: images }, () => imageEffect * random.normal());
  const draw = (chance) => (random.float() < chance ? 1 : 0);
  const [baseline, candidate] = [[], []];
  for (let seed = 0; seed < seeds; seed++) {
    const bySeed = seedEffect * random.normal();
    baseline.push(easiness.map((chance, i) => draw(chance - (byImage[i] + bySeed) / 2)));
    candidate.push(easiness.map((chance, i) => draw(chance + (byImage[i] + bySeed) / 2)));
  }
  return pairedDifference(baseline, candidate).interval;
}

console.log(`coverage (%) in ${experiments} experiments each, ${images} images\n`);
console.log("| seeds | effect of seeds | images ± 0 | ± 10 | ± 30 points |\n|---|---|---|---|---|");
for (const seeds of [2, 3, 5]) {
  for (const seedEffect of [0, 0.01, 0.03]) {
    const cells = [0, 0.1, 0.3].map((imageEffect) => {
      const random = new Random(seeds, `interval ${seedEffect} ${imageEffect}`);
      let held = 0;
      for (let n = 0; n < experiments; n++) {
        const [low, high] = experiment(random, seeds, seedEffect, imageEffect);
        if (low <= 0 && high >= 0) held++;
      }
      return ((100 * held) / experiments).toFixed(1);
    });
    console.log(`| ${seeds} | ${100 * seedEffect} points | ${cells.join(" | ")} |`);
  }
}
