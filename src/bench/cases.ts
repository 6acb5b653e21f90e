import type { SideSpec } from "./side.js";

/** A row of the table: two processes that take turns. */
export interface BenchCase {
  readonly name: string;
  readonly title: string;
  /** What is measured. */
  readonly first: SideSpec;
  /** What it is measured against. */
  readonly second: SideSpec;
  /** The ratio of the medians, first over second, that is to be reached at most. */
  readonly goal?: number;
  /** The ratio of the peaks of memory that is to be reached at most. */
  readonly memoryGoal?: number;
}

const photographs = { classes: 1000, size: 224 } as const;
const cifar = { classes: 10, size: 32 } as const;

/** Every comparison of `npm run bench`, in the order of the table. */
export const cases: readonly BenchCase[] = [
  training({ model: "seresnet50", batch: 16, ...photographs }, { goal: 1, memoryGoal: 1 }),
  training({ model: "seresnext50_32x4d", batch: 8, ...photographs }, { goal: 1.1 }),
  training({ model: "seresnet20", batch: 128, ...cifar }, { goal: 1.2 }),
  training({ model: "mobilenet_v3_small", batch: 32, ...photographs }, { goal: 1.2 }),
  inference({ model: "seresnet50", batch: 1, ...photographs }, { goal: 0.8 }),
  inference({ model: "seresnet50", batch: 8, ...photographs }, { goal: 0.8 }),
  {
    name: "folder-epoch",
    title: "seresnet50, batch 16, 224 px: an epoch of image files, per step / the bare step",
    first: { by: "ours", work: "folder", model: "seresnet50", batch: 16, steps: 6, ...photographs },
    second: { by: "ours", work: "train", model: "seresnet50", batch: 16, ...photographs },
    goal: 1.05,
  },
  {
    name: "se-cost",
    title: "resnet50, batch 16, 224 px: training step with SE / without SE",
    first: { by: "ours", work: "train", model: "seresnet50", batch: 16, ...photographs },
    second: { by: "ours", work: "train", model: "resnet50", batch: 16, ...photographs },
    goal: 1.08,
  },
  {
    name: "se-cost-torch",
    title: "the same in PyTorch, for comparison",
    first: { by: "torch", work: "train", model: "seresnet50", batch: 16, ...photographs },
    second: { by: "torch", work: "train", model: "resnet50", batch: 16, ...photographs },
  },
  tuned({ model: "seresnet50", batch: 16, ...photographs }),
  tuned({ model: "mobilenet_v3_small", batch: 32, ...photographs }),
  training({ model: "resnet20", batch: 128, ...cifar }),
  training({ model: "seresnet20", batch: 32, ...cifar }, { suffix: "-b32" }),
];

type Subject = Pick<SideSpec, "model" | "batch" | "classes" | "size">;
type Goals = Pick<BenchCase, "goal" | "memoryGoal"> & { readonly suffix?: string };

function training(subject: Subject, { suffix = "", ...goals }: Goals = {}): BenchCase {
  return against({ work: "train", ...subject }, `${subject.model}-train${suffix}`, "training step", goals);
}

function tuned(subject: Subject): BenchCase {
  const { model, batch, size } = subject;
  return {
    name: `${model}-tuned`,
    title: `${model}, batch ${batch}, ${size} px: training step with \`--tune\` / by rule`,
    first: { by: "ours", work: "tuned", ...subject },
    second: { by: "ours", work: "train", ...subject },
  };
}

function inference(subject: Subject, goals: Goals): BenchCase {
  return against({ work: "infer", ...subject }, `${subject.model}-infer-b${subject.batch}`, "inference", goals);
}

function against(what: Omit<SideSpec, "by">, name: string, work: string, goals: Goals): BenchCase {
  const { model, batch, size } = what;
  return {
    name,
    title: `${model}, batch ${batch}, ${size} px: ${work}`,
    first: { by: "ours", ...what },
    second: { by: "torch", ...what },
    ...goals,
  };
}
