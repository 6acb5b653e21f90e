"""Writes a small network with gates, and where PyTorch says it looks, by hooks on its maps.

    python3 tests/goldens/make-saliency.py   (PyTorch 1.13; a second, always the same bytes on one machine)

saliency.onnx is the network as PyTorch exports it; saliency.json an image [3, 17, 21], its logits, its gates, and for two maps and two
classes the class activation maps by four formulas, in double precision:

    grad-cam    ReLU(sum_c mean(g_c) A_c)                                   arXiv:1610.02391, equations 1 and 2
    grad-cam++  ReLU(sum_c (sum(alpha ReLU(g_c))) A_c), alpha of eq. 19     arXiv:1710.11063
    layer-cam   ReLU(sum_c ReLU(g_c) A_c)                                   IEEE TIP 2021, equation 6
    hires-cam   ReLU(sum_c g_c A_c)                                         arXiv:2011.08891, equation 4
"""

import json
import pathlib

import torch
from torch import nn

torch.manual_seed(2018)


class SE(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.fc1, self.fc2 = nn.Conv2d(channels, 3, 1), nn.Conv2d(3, channels, 1)

    def forward(self, x):
        self.gate = torch.sigmoid(self.fc2(torch.relu(self.fc1(x.mean((2, 3), keepdim=True)))))
        return x * self.gate


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1, self.se1 = nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), SE(8)
        self.conv2, self.se2 = nn.Conv2d(8, 12, 3, stride=2, padding=1), SE(12)
        self.fc = nn.Linear(12, 5)

    def forward(self, x):
        self.first = self.se1(torch.relu(self.bn1(self.conv1(x))))
        self.last = self.se2(torch.relu(self.conv2(self.first)))
        return self.fc(self.last.mean((2, 3)))


def cams(a, g):
    total = a.sum((1, 2), keepdim=True)
    alpha = torch.where(g != 0, g**2 / (2 * g**2 + total * g**3), torch.zeros_like(g))
    weights = {
        "grad-cam": g.mean((1, 2), keepdim=True),
        "grad-cam++": (alpha * g.relu()).sum((1, 2), keepdim=True),
        "layer-cam": g.relu(),
        "hires-cam": g,
    }
    return {name: [float(f"{v:.9g}") for v in (w * a).sum(0).relu().reshape(-1).tolist()] for name, w in weights.items()}


here = pathlib.Path(__file__).parent
net = Net()
for module in net.modules():
    if isinstance(module, nn.BatchNorm2d):
        module.running_mean.normal_(0, 0.2)
        module.running_var.uniform_(0.5, 1.5)
net.eval()
x = torch.randint(-128, 128, (1, 3, 17, 21)).float() / 64
torch.onnx.export(net, x, str(here / "saliency.onnx"), input_names=["x"], output_names=["logits"], opset_version=13)

net.double()
logits = net(x.double())
cases = []
for layer in ("last", "first"):
    for index in logits[0].topk(2).indices.tolist():
        logits = net(x.double())
        a = getattr(net, layer)
        (g,) = torch.autograd.grad(logits[0, index], a)
        cases.append({"layer": layer, "class": index, "maps": cams(a.detach()[0], g[0])})
gates = [se.gate.reshape(-1).tolist() for se in (net.se1, net.se2)]
text = json.dumps({"image": x.reshape(-1).tolist(), "logits": logits[0].tolist(), "gates": gates, "cases": cases})
(here / "saliency.json").write_text(text + "\n")
