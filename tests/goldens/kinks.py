"""Keeps what a network computes with given images away from the points where its gradient jumps.

A ReLU whose input is so near 0 that rounding decides changes gradients by parts in a hundred, and so does a maximum over inputs
that are too near each other. A network has millions of both, so some always are. `clear` walks through a network once, in double
precision, and changes its weights, which are random anyway, where they are too near for the images:

- every bias before a ReLU (or its like) by at most a tenth of the spread of its layer, to the middle of the widest gap between the
  inputs of its channel;
- every filter of a channel where noise of the size of rounding would change a maximum, by a hundredth of the spread of its layer,
  until it would change none.

The images are taken twice, one set after the other: batch norm takes its running statistics for the first and those of the
batch for the second, as in eval and in train mode.
"""

import contextlib
import itertools
import unittest.mock

import torch
from torch.nn import functional as F

ROUNDING = 3e-7  # of single precision, relative to the spread of outputs; every layer adds as much
MARGIN = 20  # how many times as far maxima are kept apart
DRAWS = 50
join = torch.cat  # which is replaced below, to see the calls of networks
KINKS = {"relu": [0], "hardtanh": [0, 6], "hardswish": [-3, 3], "hardsigmoid": [-3, 3]}


def shift(inputs, kinks, reach):
    """Of every channel what to add to its inputs [N, C, ...], so that they lie as far from the kinks as may be."""
    values = inputs.transpose(0, 1).flatten(1)
    ends = torch.full_like(values[:, :1], 1e9)
    values = join([-ends, *(values - kink for kink in kinks), ends], 1).sort(1).values
    low, high = values[:, :-1], values[:, 1:]
    places = ((low + high) / 2).clamp(-reach, reach)
    at = torch.minimum(places - low, high - places).max(1).indices
    return -places.gather(1, at[:, None])[:, 0]


def switched(inputs, pool, noise):
    """Under how many windows of each channel noise of a size changes which input is the largest."""
    given, places = pool(inputs)
    count = 0
    for scale in [1e9, -1e9, 2e9, -2e9, 3e9, -3e9]:  # equal inputs, which are copies of one pixel, stay equal
        moved = pool(inputs + noise * torch.sin(scale * inputs))[1] != places
        count = count + (moved & (given != 0)).sum((0, 2, 3))  # all under the window 0 after a ReLU: no gradient
    return count


class Layer:
    """A convolution or what else has a bias, the batch norm behind it, if any, and the activation behind that."""

    def __init__(self, bias, convolve=None, weight=None):
        self.bias, self.convolve, self.weight = bias, convolve, weight
        self.normalize = lambda inputs, _: inputs

    def norm(self, normalize, bias):
        self.bias, self.normalize = bias, normalize

    def activate(self, inputs, function, kinks):
        self.function, self.kinks, self.reach = function, kinks, 0.1 * inputs.std()
        return self.moved(inputs, slice(None))

    def moved(self, inputs, channels):
        by = shift(inputs, self.kinks, self.reach)
        self.bias[channels] += by
        return self.function(inputs + by.view(1, -1, *[1] * (inputs.dim() - 2)))

    def again(self, channel, source):
        """The outputs of a channel [N, 1, H, W] with a filter a little different."""
        channels, spread = slice(channel, channel + 1), self.weight.std()
        self.weight[channels] += 0.01 * spread * torch.randn(self.weight[channels].shape, generator=source, dtype=self.weight.dtype)
        return self.moved(self.normalize(self.convolve(channels), channels), channels)


class Patches(contextlib.ExitStack):
    """Functions of PyTorch replaced by what `make` makes of them, until the end of the block."""

    def patch(self, name, make, module=F):
        self.enter_context(unittest.mock.patch.object(module, name, make(getattr(module, name))))


def bounded(function, bounds):
    """An activation of its inputs alone; only ReLU6 has bounds to be told."""
    return lambda inputs: function(inputs, *(bounds[:2] if function.__name__ == "hardtanh" else ()))


def both(function, batch):
    """Batch norm of both sets of images."""

    def called(inputs, mean, var, weight, bias, eps):
        frozen = function(inputs[:batch], mean, var, weight, bias, False, 0.0, eps)
        return join([frozen, function(inputs[batch:], None, None, weight, bias, True, 0.0, eps)])

    return called


def pooled(net, x):
    """Which results of activations and concatenations, by the order of the calls, are inputs of which MaxPool."""
    order, pools = itertools.count(), {}

    def number(function):
        def called(*inputs, **options):
            result = function(*inputs, **options).clone()
            result.order = next(order)
            return result

        return called

    def remember(function):
        def called(inputs, *window, **options):
            if hasattr(inputs, "order"):
                pools.setdefault(inputs.order, []).append(bound(function, window, options))
            return function(inputs, *window, **options)

        return called

    with Patches() as patches:
        for name in KINKS:
            patches.patch(name, number)
        patches.patch("cat", number, torch)
        patches.patch("max_pool2d", remember)
        net.eval()(x)
    return pools


def bound(function, window, options):
    return lambda inputs: function(inputs, *window, **(options | {"return_indices": True}))


@torch.no_grad()
def clear(net, x):
    """Moves biases and filters until no kink is near. Gives what `distance` says afterwards."""
    net.double()
    x = x.double()
    pools, batch, source = pooled(net, x), len(x), torch.Generator().manual_seed(0)
    order, depth, last = itertools.count(), [0], [None]

    def layer(function):
        def called(inputs, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
            def convolve(channels):
                return function(inputs, weight[channels], None if bias is None else bias[channels], stride, padding, dilation)

            depth[0] += 1
            last[0] = Layer(bias, convolve if groups == 1 else None, weight)
            result = function(inputs, weight, bias, stride, padding, dilation, groups)
            result.layer = last[0]
            return result

        return called

    def dense(function):
        def called(inputs, weight, bias=None):
            depth[0] += 1
            last[0] = Layer(bias)
            return function(inputs, weight, bias)

        return called

    def norm(function):
        def called(inputs, mean, var, weight, bias, training, momentum, eps):
            norms = both(function, batch)

            def normalize(inputs, channels):
                return norms(inputs, mean[channels], var[channels], weight[channels], bias[channels], eps)

            last[0] = getattr(inputs, "layer", Layer(bias))
            last[0].norm(normalize, bias)
            result = normalize(inputs, slice(None))
            result.layer = last[0]
            return result

        return called

    def activation(kinks):
        def make(function):
            def called(inputs, *bounds, **_):
                result = last[0].activate(inputs, bounded(function, bounds), kinks)
                straight = getattr(inputs, "layer", None) is last[0] and inputs._version == 0  # no residual sum between
                if straight and last[0].convolve:
                    result.owners = [(last[0], channel) for channel in range(result.shape[1])]
                return apart(result)

            return called

        return make

    def concatenation(function):
        def called(tensors, dim=0):
            result = function(tensors, dim)
            if dim == 1 and all(hasattr(tensor, "owners") for tensor in tensors):
                result.owners = [owner for tensor in tensors for owner in tensor.owners]
            return apart(result)

        return called

    def apart(result):
        for pool in pools.get(next(order), []):
            noise = MARGIN * ROUNDING * depth[0] * result.std()
            channels = range(result.shape[1]) if hasattr(result, "owners") else []
            for _ in range(DRAWS):
                counts = switched(result[:, list(channels)], pool, noise) if channels else []
                channels = [channel for channel, count in zip(channels, counts) if count > 0]
                for channel in channels:
                    owner, at = result.owners[channel]
                    result[:, channel : channel + 1] = owner.again(at, source)
        return result

    with Patches() as patches:
        patches.patch("conv2d", layer)
        patches.patch("linear", dense)
        patches.patch("batch_norm", norm)
        for name, kinks in KINKS.items():
            patches.patch(name, activation(kinks))
        patches.patch("cat", concatenation, torch)
        net.eval()(join([x, x]))
    nearest = distance(net.float().double(), x)
    net.float()
    return nearest


@torch.no_grad()
def distance(net, x):
    """How near any input of a ReLU or its like is to a kink, and how often noise of the size of single precision's rounding
    changes what the largest input under a window of MaxPool is; in both modes."""
    nearest, count, depth, batch = [float("inf")], [0], [0], len(x)

    def deeper(function):
        def called(*inputs, **options):
            depth[0] += 1
            return function(*inputs, **options)

        return called

    def norm(function):
        return lambda inputs, mean, var, weight, bias, training, momentum, eps: both(function, batch)(inputs, mean, var, weight, bias, eps)

    def measure(kinks):
        def make(function):
            def called(inputs, *bounds, **_):
                nearest.extend((inputs - kink).abs().min().item() for kink in kinks)
                return bounded(function, bounds)(inputs)

            return called

        return make

    def disturb(function):
        def called(inputs, *window, **options):
            count.append(switched(inputs, bound(function, window, options), ROUNDING * depth[0] * inputs.std()).sum().item())
            return function(inputs, *window, **options)

        return called

    with Patches() as patches:
        for name in ["conv2d", "linear"]:
            patches.patch(name, deeper)
        patches.patch("batch_norm", norm)
        for name, kinks in KINKS.items():
            patches.patch(name, measure(kinks))
        patches.patch("max_pool2d", disturb)
        net.eval()(join([x, x]))
    return min(nearest), sum(count)
