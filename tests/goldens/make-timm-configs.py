"""Writes timm-configs.json: what timm writes into config.json for the weights of our networks, and how it then prepares
images, at the usual size and at the one for tests. Needs timm 0.9.16 and a list of names as `senet models --json` has it.

    python3 tests/goldens/make-timm-configs.py models.json
"""

import json
import math
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import timm
from timm.data import resolve_data_config
from timm.models import get_pretrained_cfg, list_pretrained
from timm.models._hub import save_config_for_hf


def side(config):
    """The short side as transforms_imagenet_eval computes it."""
    return math.floor(config["input_size"][-1] / config["crop_pct"])


def prepared(cfg, use_test_size):
    config = resolve_data_config(pretrained_cfg=cfg, use_test_size=use_test_size)
    _, height, width = config["input_size"]
    return [height, width, side(config), config["interpolation"], list(config["mean"]), list(config["std"])]


ours = {row["name"] for row in json.load(open(sys.argv[1]))}
rows = []
for name in sorted(list_pretrained()):
    architecture = name.split(".")[0]
    if architecture not in ours:
        continue
    cfg = get_pretrained_cfg(name)
    model = SimpleNamespace(pretrained_cfg=cfg.to_dict(), num_classes=cfg.num_classes, num_features=0, global_pool="avg")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "config.json")
        save_config_for_hf(model, path)
        config = json.loads(path.read_text())
    rows.append({"name": name, "config": config, "usual": prepared(cfg.to_dict(), False), "tested": prepared(cfg.to_dict(), True)})

target = Path(__file__).with_name("timm-configs.json")
target.write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")
print(f"{len(rows)} of timm {timm.__version__}")
