/**
 * What a flag of another tool is here: the flag of the same meaning, a sentence where there is none, or both, the
 * sentence for commands without the flag.
 */
export type ForeignFlag =
  | { readonly means: string; readonly hint?: string }
  | { readonly means?: undefined; readonly hint: string };

const noDevice = "everything runs on the CPU; leave it out (docs/gpu-and-cluster.md)";
const oneMachine = "training runs on one machine; leave it out (docs/gpu-and-cluster.md)";
const float32 = "weights and sums are float32; leave it out";
const fromData = "the number of classes comes from the data; leave it out";
const quiet = "a run keeps its log and TensorBoard's curves in its folder; leave it out";
const published =
  "give a hub id as the model, such as --model timm/seresnet50.a1_in1k, or a file of weights with --weights";
const runFolder = "give the folder of the run with --out, such as --out runs/mine";
const dataSplit =
  "folders train/ and val/ in the data say which images are for what; --holdout keeps a share for testing";
const noSuchLayer = "a network's own dropout is used; there is no flag for it";
const eachEpoch = "give epochs with --warmup, fractions count: --warmup 0.5";

/** Flags of timm, Ultralytics, Keras and Hugging Face's Trainer, under the name that is typed. */
export const foreignFlags: Readonly<Record<string, ForeignFlag>> = {
  // Data
  "--data-dir": { means: "--data" },
  "--data-path": { means: "--data" },
  "--train-dir": { means: "--data" },
  "--dataset": { means: "--data" },
  "--train-data": { means: "--data" },
  "--dataset-name": { hint: "data is opened from the disk: --data folder:DIR, or what senet data list names" },
  "--img-size": { means: "--size" },
  "--image-size": { means: "--size" },
  "--imgsz": { means: "--size" },
  "--img": { means: "--size" },
  "--input-size": { hint: "give height and width with --size, such as --size 224 or --size 192x320" },
  "--in-chans": { means: "--channels" },
  "--workers": { means: "--data-workers" },
  "--num-workers": { means: "--data-workers" },
  "--dataloader-num-workers": { means: "--data-workers" },
  "-j": { means: "--data-workers" },
  "--validation-split": { means: "--holdout" },
  "--train-split": { hint: dataSplit },
  "--val-split": { hint: dataSplit },
  "--max-train-samples": { means: "--train-limit" },
  "--max-eval-samples": { means: "--test-limit" },
  "--num-classes": { means: "--classes", hint: fromData },
  "--nc": { means: "--classes", hint: fromData },
  "--class-map": { means: "--labels", hint: fromData },

  // Model
  "--arch": { means: "--model" },
  "-a": { means: "--model" },
  "--model-name": { means: "--model" },
  "--model-name-or-path": { means: "--model" },
  "--checkpoint": { means: "--weights" },
  "--initial-checkpoint": { means: "--weights" },
  "--pretrained-path": { means: "--weights" },
  "--pretrained": { hint: published },
  "--drop": { hint: noSuchLayer },
  "--dropout": { hint: noSuchLayer },
  "--drop-path": { hint: noSuchLayer },
  "--drop-rate": { hint: noSuchLayer },

  // Recipe
  "--batch-size": { means: "--batch" },
  "-b": { means: "--batch" },
  "--per-device-train-batch-size": { means: "--batch" },
  "--per-device-eval-batch-size": { means: "--batch" },
  "--n-epochs": { means: "--epochs" },
  "--num-epochs": { means: "--epochs" },
  "--num-train-epochs": { means: "--epochs" },
  "--learning-rate": { means: "--lr" },
  "--lr0": { means: "--lr" },
  "--lr-base": { hint: "give the learning rate itself with --lr" },
  "--lrf": { hint: "give the last learning rate itself, not its share of the first, with --min-lr" },
  "--sched": { means: "--schedule" },
  "--scheduler": { means: "--schedule" },
  "--lr-scheduler": { means: "--schedule" },
  "--lr-scheduler-type": { means: "--schedule" },
  "--cos-lr": { hint: "cosine is the schedule unless --schedule names another; leave it out" },
  "--warmup-epochs": { means: "--warmup" },
  "--warmup-steps": { hint: eachEpoch },
  "--warmup-ratio": { hint: eachEpoch },
  "--warmup-lr-init": { means: "--warmup-lr" },
  "--decay-milestones": { hint: "give them with commas between: --milestones 30,60" },
  "--patience-epochs": { means: "--patience" },
  "--early-stopping": { means: "--stop-after" },
  "--early-stopping-patience": { means: "--stop-after" },
  "--optimizer": { means: "--opt" },
  "--optim": { means: "--opt" },
  "--wd": { means: "--weight-decay" },
  "--decay": { means: "--weight-decay" },
  "--label-smoothing": { means: "--smoothing" },
  "--label-smoothing-factor": { means: "--smoothing" },
  "--accumulate": { means: "--grad-accum-steps" },
  "--gradient-accumulation-steps": { means: "--grad-accum-steps" },
  "--max-grad-norm": { means: "--clip-grad" },
  "--ema": { means: "--model-ema" },
  "--ema-decay": { means: "--model-ema-decay" },
  "--adam-beta1": { hint: "give both with --opt-betas 0.9,0.999" },
  "--adam-beta2": { hint: "give both with --opt-betas 0.9,0.999" },
  "--adam-epsilon": { means: "--opt-eps" },

  // Augmentation
  "--no-aug": { means: "--no-augment" },
  "--auto-augment": { means: "--aa" },
  "--mixup-alpha": { means: "--mixup" },
  "--cutmix-alpha": { means: "--cutmix" },
  "--erasing": { means: "--reprob" },
  "--random-erase": { means: "--reprob" },
  "--hflip": { hint: "the dataset says whether images are mirrored; --no-augment leaves all augmentation out" },
  "--fliplr": { hint: "the dataset says whether images are mirrored; --no-augment leaves all augmentation out" },
  "--flipud": { hint: "give --vflip, which mirrors every other image top and bottom" },

  // Run
  "--output": { means: "--out" },
  "--output-dir": { means: "--out" },
  "--save-dir": { means: "--out" },
  "--results-file": { hint: "print the results with --json, and send them to a file" },
  "--project": { hint: runFolder },
  "--name": { hint: runFolder },
  "--experiment": { hint: runFolder },
  "--exist-ok": { hint: "a run never overwrites; give a new folder with --out, or --resume one" },
  "--overwrite-output-dir": { hint: "a run never overwrites; give a new folder with --out, or --resume one" },
  "--resume-from-checkpoint": { means: "--resume" },
  "--gradient-checkpointing": { means: "--recompute" },
  "--grad-checkpointing": { means: "--recompute" },
  "--topk": { means: "--top" },
  "--top-k": { means: "--top" },
  "--source": { hint: "name photos and folders without a flag: senet classify photo.jpg --model MODEL" },
  "--format": { hint: "the file is always .onnx; leave it out" },
  "--report-to": { hint: quiet },
  "--log-wandb": { hint: quiet },
  "--log-interval": { hint: quiet },
  "--logging-steps": { hint: quiet },
  "--device": { hint: noDevice },
  "--gpus": { hint: noDevice },
  "--num-gpu": { hint: noDevice },
  "--cuda": { hint: noDevice },
  "--no-cuda": { hint: noDevice },
  "--use-cpu": { hint: noDevice },
  "--dist-url": { hint: oneMachine },
  "--dist-backend": { hint: oneMachine },
  "--world-size": { hint: oneMachine },
  "--local-rank": { hint: oneMachine },
  "--sync-bn": { hint: oneMachine },
  "--amp": { hint: float32 },
  "--amp-dtype": { hint: float32 },
  "--half": { hint: float32 },
  "--fp16": { hint: float32 },
  "--bf16": { hint: float32 },
  "--int8": { hint: float32 },
  "--precision": { hint: float32 },
  "--mixed-precision": { hint: float32 },
  "--channels-last": { hint: "the engine chooses the order of numbers in memory; leave it out" },
  "--torchcompile": { hint: "every training step is compiled; leave it out" },
};

/** Commands of other tools, and the one of the same meaning here. */
export const foreignVerbs: Readonly<Record<string, string>> = {
  fit: "train",
  finetune: "train",
  "fine-tune": "train",
  val: "eval",
  validate: "eval",
  evaluate: "eval",
  test: "eval",
  predict: "classify",
  inference: "classify",
  infer: "classify",
  summary: "profile",
  info: "profile",
  download: "pull",
  benchmark: "bench",
};
