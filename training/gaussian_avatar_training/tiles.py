"""The tile rasteriser in plain PyTorch, for every device that PyTorch knows; gradients are PyTorch's own."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from .rules import ALPHA_MAX, ALPHA_MIN

TILE_SIZE = 16
"""Pixels."""

CHUNK_VALUES = 1 << 24
"""Pixels times splats that are worked on at once: half a gigabyte in single precision."""


def draw_tiles(
    means: Tensor,
    conics: Tensor,
    opacities: Tensor,
    colors: Tensor,
    depths: Tensor,
    background: Tensor | None,
    size: tuple[int, int],
) -> Tensor:
    """Blend splats front to back, many tiles at once: every splat that touches a tile on every pixel of it.

    Args:
        means: [N,2] pixels, the middle of the first pixel at ½.
        conics: [N,3] a b c of the inverse covariance, 1/pixel².
        opacities: [N] 0…1.
        colors: [N,3].
        depths: [N] by which they are sorted; infinite for those not to be drawn.
        background: [3] or [H,W,3] or None for black.
        size: Width and height, pixels.

    Returns:
        [H,W,4] r g b, premultiplied and over the background, and coverage.
    """
    width, height = size
    across, down = -(-width // TILE_SIZE), -(-height // TILE_SIZE)
    splats = torch.cat((means, conics, opacities[:, None], colors), 1)
    entries, counts = _entries(means.detach(), conics.detach(), opacities.detach(), depths, size)
    tiles = splats.new_zeros(across * down, TILE_SIZE * TILE_SIZE, 4)
    for chunk, padded in _chunks(entries, counts):
        origins = torch.stack((chunk % across, chunk // across), 1) * TILE_SIZE
        drawn = checkpoint(_draw_chunk, splats, padded, origins, use_reentrant=False)
        tiles = tiles.index_copy(0, chunk, drawn)
    rows = tiles.view(down, across, TILE_SIZE, TILE_SIZE, 4).transpose(1, 2)
    image = rows.reshape(down * TILE_SIZE, across * TILE_SIZE, 4)[:height, :width]
    if background is None:
        return image.contiguous()
    return torch.cat((image[..., :3] + (1 - image[..., 3:]) * background, image[..., 3:]), 2)


@torch.no_grad()
def _entries(
    means: Tensor, conics: Tensor, opacities: Tensor, depths: Tensor, size: tuple[int, int]
) -> tuple[Tensor, Tensor]:
    """Splats of every tile, near to far, tile by tile [E], and how many each tile has [tiles]."""
    width, height = size
    across, down = -(-width // TILE_SIZE), -(-height // TILE_SIZE)
    a, b, c = conics.unbind(1)
    seen = ((opacities >= ALPHA_MIN) & depths.isfinite()).nonzero().flatten()
    seen = seen[depths[seen].argsort(stable=True)]
    squared_radii = (2 * torch.log(opacities / ALPHA_MIN) / (a * c - b * b))[seen]
    # A hundredth of a pixel against rounding; pixels are tested exactly.
    reach = torch.stack((c[seen] * squared_radii, a[seen] * squared_radii), 1).sqrt() + 0.01
    limits = torch.tensor((width - 1, height - 1), dtype=means.dtype, device=means.device)
    first = (means[seen] - reach - 0.5).ceil().clamp(min=0)
    last = torch.minimum((means[seen] + reach - 0.5).floor(), limits)
    inside = (first <= last).all(1)
    seen, first, last = seen[inside], first[inside].long() // TILE_SIZE, last[inside].long() // TILE_SIZE
    spans = last - first + 1
    touched = spans.prod(1)
    owner = torch.arange(len(seen), device=seen.device).repeat_interleave(touched)
    step = torch.arange(len(owner), device=seen.device) - (touched.cumsum(0) - touched)[owner]
    columns = first[owner, 0] + step % spans[owner, 0]
    tiles = (first[owner, 1] + step // spans[owner, 0]) * across + columns
    order = tiles.argsort(stable=True)
    return seen[owner[order]], torch.bincount(tiles, minlength=across * down)


@torch.no_grad()
def _chunks(entries: Tensor, counts: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Tiles of like counts together: their numbers [T], and their splats [T,K], −1 where a tile has fewer than K."""
    starts = counts.cumsum(0) - counts
    order = counts.argsort(descending=True, stable=True)
    remaining = counts[order].tolist()
    begin = 0
    while begin < len(remaining) and remaining[begin] > 0:
        most = remaining[begin]
        end = min(len(remaining), begin + max(1, CHUNK_VALUES // (most * TILE_SIZE * TILE_SIZE)))
        chunk = order[begin:end]
        rank = torch.arange(most, device=entries.device)
        places = (starts[chunk, None] + rank).clamp(max=len(entries) - 1)
        yield chunk, torch.where(rank < counts[chunk, None], entries[places], -1)
        begin = end


def _draw_chunk(splats: Tensor, padded: Tensor, origins: Tensor) -> Tensor:
    """Tiles [T,256,4] of splats [N,9] by number [T,K] at origins [T,2] in pixels."""
    x, y, a, b, c, opacities, *_ = splats[padded].unbind(2)
    opacities = torch.where(padded >= 0, opacities, 0)
    pixels = torch.arange(TILE_SIZE * TILE_SIZE, device=splats.device)
    dx = (origins[:, 0, None] + pixels % TILE_SIZE + 0.5)[:, None, :] - x[:, :, None]
    dy = (origins[:, 1, None] + pixels // TILE_SIZE + 0.5)[:, None, :] - y[:, :, None]
    power = -0.5 * (a[:, :, None] * dx * dx + c[:, :, None] * dy * dy) - b[:, :, None] * dx * dy
    alpha = (opacities[:, :, None] * power.exp()).clamp(max=ALPHA_MAX)
    alpha = torch.where(alpha >= ALPHA_MIN, alpha, 0)
    through = (1 - alpha).cumprod(1)
    weights = alpha * torch.cat((torch.ones_like(through[:, :1]), through[:, :-1]), 1)
    colors = torch.einsum("tkp,tkc->tpc", weights, splats[:, 6:][padded])
    return torch.cat((colors, (1 - through[:, -1])[:, :, None]), 2)
