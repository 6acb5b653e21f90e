// Resident memory of the process before and after 10,000 training steps.
//
//   npm run results -- memory [--quick]
import { quick, senet } from "./running.mjs";

await senet("bench", "train", "--batch", "16", "--input", "3x8x8", "--steps", quick ? "100" : "10000");
