"""From texels to maps and back: the pose map that the network reads, and what it writes at each texel."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

POSE_CHANNELS = 12
"""Of the front side offset 3 and normal 3, then of the back side."""


def _sides_and_places(texels: Tensor, map_size: int) -> tuple[Tensor, Tensor, Tensor]:
    """Side (0 front), column and row of texels [N] v·2W + u, each [N]."""
    columns = texels % (2 * map_size)
    side = (columns >= map_size).long()
    return side, columns - side * map_size, torch.div(texels, 2 * map_size, rounding_mode="floor")


class PoseMap(nn.Module):
    """What a pose looks like to the network: how far texels moved and where they face, means over blocks of texels."""

    pixels: Tensor
    shares: Tensor

    def __init__(self, texels: Tensor, map_size: int, size: int) -> None:
        """Prepare for a set of texels.

        Args:
            texels: [N] integers, v·2W + u.
            map_size: W.
            size: S, pixels; divides W. A pixel holds the mean of the texels of a block of (W/S)².

        Raises:
            ValueError: S does not divide W.
        """
        super().__init__()
        if size <= 0 or map_size % size != 0:
            raise ValueError(f"A pose map of {size}² pixels cannot be made of maps of {map_size}²: divide them.")
        self.size = size
        side, column, row = _sides_and_places(texels.long(), map_size)
        block = map_size // size
        pixels = (side * size + row // block) * size + column // block
        counts = torch.bincount(pixels, minlength=2 * size * size)
        self.register_buffer("pixels", pixels, persistent=False)
        self.register_buffer("shares", 1 / counts[pixels].float(), persistent=False)

    @torch.no_grad()
    def forward(self, positions: Tensor, normals: Tensor, matrices: Tensor) -> Tensor:
        """Make the pose map; no gradient flows through it.

        Args:
            positions: [N,3] at rest, metres.
            normals: [N,3] at rest.
            matrices: [N,3,4] rest → posed with the root at rest, blended.

        Returns:
            [12,S,S]; pixels without texels are 0.
        """
        linear = matrices[:, :, :3]
        offsets = (linear @ positions[:, :, None])[:, :, 0] + matrices[:, :, 3] - positions
        rows = torch.cat((offsets, (linear @ normals[:, :, None])[:, :, 0]), 1) * self.shares.to(positions)[:, None]
        pixels = rows.new_zeros(2 * self.size * self.size, 6).index_add_(0, self.pixels, rows)
        return pixels.view(2, -1, 6).transpose(1, 2).reshape(POSE_CHANNELS, self.size, self.size)


class TexelReader(nn.Module):
    """Reads a network's output at every texel, bilinearly between the middles of its pixels; the border goes on."""

    corners: Tensor
    weights: Tensor

    def __init__(self, texels: Tensor, map_size: int, size: int) -> None:
        """Prepare for a set of texels.

        Args:
            texels: [N] integers, v·2W + u.
            map_size: W.
            size: S, pixels of the output.
        """
        super().__init__()
        self.size = size
        side, column, row = _sides_and_places(texels.long(), map_size)
        left, right, x = _neighbours(column, map_size, size)
        top, bottom, y = _neighbours(row, map_size, size)
        first = side * size * size
        corners = [first + v * size + u for v in (top, bottom) for u in (left, right)]
        weights = [b * a for b in (1 - y, y) for a in (1 - x, x)]
        self.register_buffer("corners", torch.stack(corners, 1), persistent=False)
        self.register_buffer("weights", torch.stack(weights, 1).float(), persistent=False)

    def forward(self, output: Tensor) -> Tensor:
        """Read an output [2C,S,S], channels of the front side first: [N,C], each texel that of its own side."""
        rows = output.view(2, -1, self.size * self.size).transpose(1, 2).reshape(2 * self.size * self.size, -1)
        return functional.embedding_bag(self.corners, rows, per_sample_weights=self.weights.to(output), mode="sum")


def _neighbours(places: Tensor, map_size: int, size: int) -> tuple[Tensor, Tensor, Tensor]:
    """Both pixels beside the middles of texels along an axis, and the share of the second; half-pixel centres."""
    at = ((places.double() + 0.5) * size / map_size - 0.5).clamp(min=0)
    low = at.floor().long().clamp(max=size - 1)
    return low, (low + 1).clamp(max=size - 1), at - low
