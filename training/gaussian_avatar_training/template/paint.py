"""Colours of a surface from the pictures that see it best."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from .hull import PosedPictures
from .silhouette import Silhouette
from .surface import Triangles, neighbour_means, vertex_normals

Array = NDArray[np.float64]

INNER = 2.5
"""Pixels from the outline within which a picture's colour is mixed with what stands behind."""

SHARPNESS = 6
"""Power of the cosine between normal and direction of view: pictures that look straight at a point count most."""

BEHIND = 0.02
"""Metres that a point may lie behind the nearest one of its neighbourhood and still be seen."""

FILLING = 200
"""Rounds in which colours creep into places that no picture shows."""


def paint(
    vertices: Array, triangles: Triangles, weights: Array, frames: Sequence[PosedPictures], spacing: float
) -> Array:
    """Colours of vertices.

    Args:
        vertices: [V,3] in the T-pose, metres
        triangles: [T,3]
        weights: [V,J]
        frames: pictures
        spacing: metres between vertices

    Returns:
        [V,3] sRGB, lit as in the pictures; grey where none shows anything near
    """
    total, trust = np.zeros_like(vertices), np.zeros(len(vertices))
    for frame in frames:
        posed = frame.pose(vertices, weights)
        normals = vertex_normals(posed, triangles)
        for silhouette in frame.silhouettes:
            share = _trust(silhouette, posed, normals, spacing)
            rows = np.flatnonzero(share > 0)
            total[rows] += share[rows, None] * _read(silhouette, posed[rows])
            trust[rows] += share[rows]
    return _fill(total, trust, neighbour_means(len(vertices), triangles))


def _trust(silhouette: Silhouette, posed: Array, normals: Array, spacing: float) -> Array:
    """How well a picture shows each vertex, [V]; 0 where it does not."""
    camera = silhouette.camera
    pixels, depths = silhouette.project(posed)
    towards = -(posed + camera.R.T @ camera.T)
    towards /= np.linalg.norm(towards, axis=1, keepdims=True)
    cosines = (towards * normals).sum(1)
    fineness = camera.K[0, 0] / np.maximum(depths, camera.near)
    outside = silhouette.outside(posed) * fineness
    shown = (outside < -INNER) & (cosines > 0.2) & (depths <= _nearest(pixels, depths, spacing * fineness) + BEHIND)
    # A finer picture counts for more, but not for all: four times as fine, twice as much.
    return np.where(shown, cosines**SHARPNESS * np.sqrt(fineness), 0)


def _nearest(pixels: Array, depths: Array, footprint: Array) -> Array:
    """Depth of the nearest vertex about each vertex, [V]."""
    side = max(1.0, 2 * float(np.median(footprint)))
    cells = np.floor((pixels - pixels.min(0)) / side).astype(int)
    buffer = np.full(cells.max(0) + 1, np.inf)
    np.minimum.at(buffer, tuple(cells.T), depths)
    return buffer[tuple(cells.T)]


def _read(silhouette: Silhouette, posed: Array) -> Array:
    pixels = silhouette.project(posed)[0] - silhouette.origin - 0.5
    places = pixels[:, ::-1].T
    planes = np.moveaxis(silhouette.crop.pixels[..., :3], 2, 0).astype(np.float32)
    return np.stack([map_coordinates(plane, places, order=1, mode="nearest") for plane in planes], 1) / 255


def _fill(total: Array, trust: Array, means: object) -> Array:
    """Weighted means, and in places without any those of their surroundings."""
    known = trust > 0
    colors = np.where(known[:, None], total / np.maximum(trust, 1e-12)[:, None], 0.5)
    filled = known.astype(np.float64)
    for _ in range(FILLING):
        if (filled > 0).all():
            break
        reach = means @ filled
        spread = (means @ (colors * filled[:, None])) / np.maximum(reach, 1e-12)[:, None]
        new = (filled == 0) & (reach > 0)
        if not new.any():
            break
        colors[new] = spread[new]
        filled[new] = 1
    return colors
