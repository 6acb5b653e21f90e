"""A training step or an inference in PyTorch, as a yardstick.

Usage: torch_case.py train|infer MODEL CLASSES BATCH SIZE THREADS. Prints a line of JSON with PyTorch's version and the number of
parameters; then, for every number of runs read from standard input, the milliseconds of each run and the process's
peak memory in MB.
"""

import json
import resource
import sys
import time

import torch
import torch.nn.functional as F

from torch_models import build


def training_step(model, x, y):
    weights = [p for p in model.parameters() if p.ndim > 1]
    vectors = [p for p in model.parameters() if p.ndim <= 1]
    groups = [{"params": weights, "weight_decay": 5e-4}, {"params": vectors}]
    optimizer = torch.optim.SGD(groups, lr=0.1, momentum=0.9, nesterov=True)

    def step():
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()

    return step


def inference(model, x):
    model.eval()

    def run():
        with torch.inference_mode():
            model(x)

    return run


def main():
    work, name = sys.argv[1:3]
    classes, batch, size, threads = map(int, sys.argv[3:])
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(1)
    model = build(name, classes)
    x, y = torch.randn(batch, 3, size, size), torch.randint(0, classes, (batch,))
    run = training_step(model, x, y) if work == "train" else inference(model, x)
    parameters = sum(p.numel() for p in model.parameters())
    print(json.dumps({"version": torch.__version__, "parameters": parameters}), flush=True)
    for line in sys.stdin:
        times = []
        for _ in range(int(line)):
            started = time.perf_counter()
            run()
            times.append(1000 * (time.perf_counter() - started))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"milliseconds": times, "peakMegabytes": round(peak)}), flush=True)


main()
