"""The networks of a head, to the rules of the run time (docs/format.md, "Heads")."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

SLOPE = 0.01
"""Of the leaky ReLU between layers."""


def encode(values: Tensor, octaves: int) -> Tensor:
    """Positional encoding [N, 3·(1 + 2·octaves)] of [N,3]: x, sin x, cos x, sin 2x, cos 2x, …."""
    blocks = [values]
    for octave in range(octaves):
        blocks += [(values * 2**octave).sin(), (values * 2**octave).cos()]
    return torch.cat(blocks, 1)


class Perceptron(nn.Module):
    """A network run for every point; its input joins once more at layer ⌊len(widths) / 2⌋, behind what came so far."""

    def __init__(self, widths: Sequence[int], generator: torch.Generator, last: float = 1.0) -> None:
        """Begin.

        Args:
            widths: Numbers that go in, those of every layer, numbers that come out.
            generator: Of the first weights.
            last: Factor of the first weights of the last layer.
        """
        super().__init__()
        self.widths = list(widths)
        self.skip = len(widths) // 2
        self.weights, self.biases = nn.ParameterList(), nn.ParameterList()
        for layer, outputs in enumerate(widths[1:]):
            inputs = widths[layer] + (widths[0] if layer == self.skip else 0)
            scale = math.sqrt(2 / inputs) * (last if layer == len(widths) - 2 else 1)
            self.weights.append(nn.Parameter(scale * torch.randn(outputs, inputs, generator=generator)))
            self.biases.append(nn.Parameter(torch.zeros(outputs)))

    def forward(self, rows: Tensor, code: Tensor) -> Tensor:
        """Run for points [N,A] that share one code [B], A + B being what goes in; the code's share is made once."""
        running: Tensor | None = None
        for layer, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            if layer == 0 or layer == self.skip:
                own = 0 if running is None else running.shape[1]
                split = own + rows.shape[1]
                shared = weight[:, split:] @ code + bias
                joined = rows if running is None else torch.cat((running, rows), 1)
                running = functional.linear(joined, weight[:, :split], shared)
            else:
                running = functional.linear(running, weight, bias)
            if layer < len(self.weights) - 1:
                running = functional.leaky_relu(running, SLOPE)
        return running

    def parameters_row(self) -> Tensor:
        """Layer by layer weights [out, in], then biases, as the run time stores them."""
        pairs = zip(self.weights, self.biases, strict=True)
        return torch.cat([part.detach().flatten() for pair in pairs for part in pair])


class _Block(nn.Module):
    """Two 3 × 3 convolutions without biases, each normalised over the picture; published names."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for size in (inputs, outputs):
            layers += [nn.Conv2d(size, outputs, 3, padding=1, bias=False), nn.InstanceNorm2d(outputs), nn.ReLU(True)]
        self.double_conv = nn.Sequential(*layers)

    def forward(self, picture: Tensor) -> Tensor:
        return self.double_conv(picture)


class _Up(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv = _Block(inputs, outputs)

    def forward(self, picture: Tensor) -> Tensor:
        return self.conv(functional.interpolate(picture, scale_factor=2, mode="bilinear", align_corners=True))


class _Out(nn.Module):
    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, 3, 1)
        nn.init.zeros_(self.conv.weight)
        nn.init.zeros_(self.conv.bias)

    def forward(self, picture: Tensor) -> Tensor:
        return self.conv(picture)


class Refiner(nn.Module):
    """What the method's super-resolution network with one doubling adds to the features' own colours.

    Features [1,C,S,S] → picture [1,3,2S,2S]; pictures are what lies in 0…1 of it. The method's network has to make
    colours anew out of channels that are normalised over the picture, and knows no flat white; this one begins with
    the first three channels as they are, enlarged, and learns what they lack.
    """

    def __init__(self, channels: int, capacity: int) -> None:
        """Begin; layers have twice the capacity, then the capacity."""
        super().__init__()
        self.inc = _Block(channels, 2 * capacity)
        self.up1 = _Up(2 * capacity, capacity)
        self.outc = _Out(capacity)
        self.skip = nn.Conv2d(channels, 3, 1, bias=False)
        nn.init.eye_(self.skip.weight[..., 0, 0].data)
        # Twice as fast on processors.
        self.to(memory_format=torch.channels_last)

    def forward(self, features: Tensor) -> Tensor:
        """Make the picture sharp."""
        given = features.contiguous(memory_format=torch.channels_last)
        colors = functional.interpolate(self.skip(given), scale_factor=2, mode="bilinear", align_corners=False)
        return colors + self.outc(self.up1(self.inc(given)))
