"""One region seen from two opposite sides: which point of which triangle each texel shows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .regions import Region
from .subject import Subject, sample_texture

ALPHA_TEST = 0.4
"""A surface that is more transparent than that is not there: what lies behind it shows."""

CUTOUT_DEPTH = 1e-4
"""Depth, metres, that lifts brows and lashes off the skin that they lie on."""


@dataclass(frozen=True)
class Side:
    """What one side of a region shows."""

    triangles: np.ndarray
    """[H,W] triangle, −1 where there is none."""
    barycentrics: np.ndarray
    """[H,W,3]"""


@dataclass(frozen=True)
class Tile:
    """A region, seen from the front and from behind."""

    region: Region
    sides: tuple[Side, Side]

    @property
    def mask(self) -> np.ndarray:
        """[H,W] texels that one of the sides fills."""
        return (self.sides[0].triangles >= 0) | (self.sides[1].triangles >= 0)


def make_tile(subject: Subject, region: Region, vertices: np.ndarray, spacing: float) -> Tile:
    """Looks at a region.

    Args:
        subject: the character
        region: its triangles and direction
        vertices: [V,3] the character as the atlas sees it
        spacing: metres between texels
    """
    corners = vertices[subject.triangles[region.triangles]] @ region.view.T
    low = corners[..., :2].min((0, 1)) - spacing
    size = np.ceil((corners[..., :2].max((0, 1)) + spacing - low) / spacing).astype(int)
    empty = Side(np.full(size[::-1], -1), np.zeros((*size[::-1], 3)))
    pixels = (corners[..., :2] - low) / spacing
    sides = [
        _rasterise(subject, region, pixels, sign * corners[..., 2], size) if wanted else empty
        for sign, wanted in zip((1, -1), region.sides, strict=True)
    ]
    return Tile(region, (sides[0], sides[1]))


def _rasterise(subject: Subject, region: Region, pixels: np.ndarray, depths: np.ndarray, size: np.ndarray) -> Side:
    """The nearest opaque point of every pixel's centre; larger depths are nearer."""
    width, height = int(size[0]), int(size[1])
    nearest = np.full((height, width), -np.inf)
    triangles = np.full((height, width), -1)
    barycentrics = np.zeros((height, width, 3))
    parts = subject.triangle_parts[region.triangles]
    edge1, edge2 = pixels[:, 1] - pixels[:, 0], pixels[:, 2] - pixels[:, 0]
    areas = edge1[:, 0] * edge2[:, 1] - edge1[:, 1] * edge2[:, 0]
    first = np.ceil(pixels.min(1) - 0.5).astype(int)
    last = np.floor(pixels.max(1) - 0.5).astype(int)
    drawn = (np.abs(areas) > 1e-12) & (last >= first).all(1)
    for k in np.flatnonzero(drawn):
        (x0, y0), (x1, y1) = first[k], last[k]
        x, y = np.meshgrid(np.arange(x0, x1 + 1) + 0.5, np.arange(y0, y1 + 1) + 0.5)
        dx, dy = x - pixels[k, 0, 0], y - pixels[k, 0, 1]
        b = (dx * edge2[k, 1] - dy * edge2[k, 0]) / areas[k]
        c = (dy * edge1[k, 0] - dx * edge1[k, 1]) / areas[k]
        weights = np.stack([1 - b - c, b, c], -1)
        part = subject.parts[parts[k]]
        depth = weights @ depths[k] + (0 if part.alpha == "opaque" else CUTOUT_DEPTH)
        window = (slice(y0, y1 + 1), slice(x0, x1 + 1))
        hit = (weights >= -1e-9).all(-1) & (depth > nearest[window])
        if hit.any() and part.alpha != "opaque":
            uvs = weights[hit] @ subject.uvs[subject.triangles[region.triangles[k]]]
            hit[hit] = sample_texture(part.texture, uvs)[:, 3] >= ALPHA_TEST
        nearest[window][hit] = depth[hit]
        triangles[window][hit] = region.triangles[k]
        barycentrics[window][hit] = weights[hit]
    return Side(triangles, barycentrics)
