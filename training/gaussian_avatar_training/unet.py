"""The network of a lite avatar."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

OUTPUT_CHANNELS = 28
"""Of both sides: position 3, opacity 1, scale 3, rotation 4, colour 3."""


class LiteUnet(nn.Module):
    """A small U-Net: the pose map in, changes of all attributes of both sides out.

    A 3 × 3 convolution, blocks of two that halve the picture, blocks of two that read the bilinearly doubled picture
    and that of the same size on the way down, and a 1 × 1 convolution that is zero at first. Leaky ReLUs follow all but
    the last. The names in its `state_dict` are those by which the run time knows its weights.
    """

    def __init__(
        self,
        input_channels: int = 12,
        widths: Sequence[int] = (24, 36, 72, 96, 120),
        slope: float = 0.2,
        generator: torch.Generator | None = None,
    ) -> None:
        """Make one with random weights.

        Args:
            input_channels: Channels of the pose map.
            widths: Channels from the finest picture to the coarsest, each half as large as the one before.
            slope: Of the leaky ReLUs for negative numbers.
            generator: Where the random weights come from.
        """
        super().__init__()
        self.slope = slope
        self.add_module("in", nn.Conv2d(input_channels, widths[0], 3, padding=1))
        self.down, self.up = nn.ModuleDict(), nn.ModuleDict()
        for level in range(1, len(widths)):
            self.down[str(level)] = _pair(widths[level - 1], widths[level], 2)
        for level in reversed(range(len(widths) - 1)):
            self.up[str(level)] = _pair(widths[level + 1] + widths[level], widths[level], 1)
        self.out = nn.Conv2d(widths[0], OUTPUT_CHANNELS, 1)
        self._begin(generator)

    def forward(self, pose_map: Tensor) -> Tensor:
        """Compute changes.

        Args:
            pose_map: [C,S,S]; the number of widths less one is how often S must be even.

        Returns:
            [28,S,S] channels of the front side, then of the back side.
        """
        x = self._active(self.get_submodule("in"), pose_map[None])
        skips = [x]
        for pair in self.down.values():
            x = self._block(pair, x)
            skips.append(x)
        skips.pop()
        for pair in self.up.values():
            doubled = functional.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
            x = self._block(pair, torch.cat((doubled, skips.pop()), 1))
        return self.out(x)[0]

    def _block(self, pair: nn.Module, x: Tensor) -> Tensor:
        for layer in pair.children():
            x = self._active(layer, x)
        return x

    def _active(self, layer: nn.Module, x: Tensor) -> Tensor:
        return functional.leaky_relu(layer(x), self.slope)

    @torch.no_grad()
    def _begin(self, generator: torch.Generator | None) -> None:
        """Weights that keep the size of numbers from layer to layer (He et al. 2015); nothing comes out at first."""
        for name, parameter in self.named_parameters():
            if name.endswith("bias") or name.startswith("out"):
                parameter.zero_()
            else:
                gain = math.sqrt(2 / (1 + self.slope**2) / parameter[0].numel())
                parameter.normal_(0, gain, generator=generator)


def _pair(inputs: int, outputs: int, stride: int) -> nn.ModuleList:
    first = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1)
    return nn.ModuleList([first, nn.Conv2d(outputs, outputs, 3, padding=1)])
