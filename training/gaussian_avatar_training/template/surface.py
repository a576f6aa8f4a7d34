"""Signed distances → a mesh, by surface nets (Gibson 1998): a vertex a cell, where its edges cross the surface."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags

from .hull import Volume

Array = NDArray[np.float64]
Triangles = NDArray[np.int32]

EDGES = [(a, b) for a in range(8) for b in range(a + 1, 8) if (a ^ b).bit_count() == 1]
"""Corners of a cell are numbered 4x + 2y + z."""

SHRINKING, GROWING = 0.5, -0.53
"""Steps of Taubin's smoothing (1995), which keeps the volume."""


def make_surface(volume: Volume) -> tuple[Array, Triangles]:
    """Vertices [V,3] in metres and triangles [T,3] that face outwards."""
    inside = np.pad(volume.distances < 0, 1)
    values = np.pad(volume.distances, 1, constant_values=volume.spacing)
    corner_slices = [
        tuple(slice(bit, size - 1 + bit) for bit, size in zip((c >> 2, c >> 1 & 1, c & 1), inside.shape, strict=True))
        for c in range(8)
    ]
    every, some = (
        np.ones([size - 1 for size in inside.shape], bool),
        np.zeros([size - 1 for size in inside.shape], bool),
    )
    for corner in corner_slices:
        every &= inside[corner]
        some |= inside[corner]
    cells = np.argwhere(some & ~every)
    corners = np.stack([values[corner][tuple(cells.T)] for corner in corner_slices], 1).astype(np.float64)
    vertices = volume.low + (cells - 1 + _crossings(corners)) * volume.spacing
    numbers = np.full(some.shape, -1, np.int32)
    numbers[tuple(cells.T)] = np.arange(len(cells))
    return vertices, _faces(inside, numbers)


def _crossings(corners: Array) -> Array:
    """Mean of the places where the edges of cells cross zero, [N,3] of 0…1."""
    total, count = np.zeros((len(corners), 3)), np.zeros(len(corners))
    for a, b in EDGES:
        crosses = (corners[:, a] < 0) != (corners[:, b] < 0)
        share = np.where(crosses, corners[:, a] / np.where(crosses, corners[:, a] - corners[:, b], 1), 0)
        ends = np.array([[c >> 2, c >> 1 & 1, c & 1] for c in (a, b)])
        total += crosses[:, None] * (ends[0] + share[:, None] * (ends[1] - ends[0]))
        count += crosses
    return total / count[:, None]


def _faces(inside: NDArray[np.bool_], numbers: NDArray[np.int32]) -> Triangles:
    """Two triangles for every edge of the grid that crosses the surface, between the four cells around it."""
    found = []
    for axis in range(3):
        one, other = (axis + 1) % 3, (axis + 2) % 3
        first = np.moveaxis(inside, axis, 0)
        crossing = np.moveaxis(first[:-1] != first[1:], 0, axis)
        edges = np.argwhere(crossing)
        around = []
        for back_one, back_other in ((1, 1), (0, 1), (0, 0), (1, 0)):
            cell = edges.copy()
            cell[:, one] -= back_one
            cell[:, other] -= back_other
            around.append(numbers[tuple(cell.T)])
        quads = np.stack(around, 1)
        # The first end is inside: the surface faces along the axis, and the cells stand counter-clockwise about it.
        is_outward = inside[tuple(edges.T)]
        quads[~is_outward] = quads[~is_outward, ::-1]
        found += [quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]
    return np.concatenate(found).astype(np.int32)


def neighbour_means(count: int, triangles: Triangles) -> csr_matrix:
    """Matrix [V,V] that makes of every vertex the mean of those that it shares an edge with."""
    rows = np.concatenate([triangles[:, k] for k in (0, 1, 2, 1, 2, 0)])
    columns = np.concatenate([triangles[:, k] for k in (1, 2, 0, 0, 1, 2)])
    edges = csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=(count, count))
    edges.data[:] = 1
    return diags(1 / np.maximum(np.asarray(edges.sum(1)).ravel(), 1)) @ edges


def smooth(vertices: Array, triangles: Triangles, rounds: int) -> Array:
    """Take the noise off a mesh without shrinking it."""
    means = neighbour_means(len(vertices), triangles)
    for _ in range(rounds):
        for step in (SHRINKING, GROWING):
            vertices = vertices + step * (means @ vertices - vertices)
    return vertices


def vertex_normals(vertices: Array, triangles: Triangles) -> Array:
    """Unit normals [V,3], weighted by area."""
    corners = vertices[triangles]
    faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.zeros_like(vertices)
    for corner in range(3):
        np.add.at(normals, triangles[:, corner], faces)
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
