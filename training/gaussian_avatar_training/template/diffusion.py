"""Values of points spread into the space around them, as heat does."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

CELL = 0.025
"""Metres, of the finest grid."""

ROUNDS = ((4, 120), (2, 60), (1, 30))
"""Coarse to fine: cells as multiples of `CELL`, and how often every cell becomes the mean of its six neighbours."""

REACH = 0.6
"""Metres around the points that have values of their own; beyond, those of the border go on."""


def diffuse(points: Array, values: Array) -> Callable[[Array], Array]:
    """Solve Laplace's equation around points.

    Args:
        points: [P,3] metres
        values: [P,C] what is held there

    Returns:
        function of points [N,3] → values [N,C], linear between the middles of cells
    """
    low, high = points.min(0) - REACH, points.max(0) + REACH
    field: Array | None = None
    for factor, rounds in ROUNDS:
        cell = CELL * factor
        sizes = np.ceil((high - low) / cell).astype(int) + 1
        fixed, held = _means(((points - low) / cell).astype(int), values, sizes)
        if field is None:
            field = np.broadcast_to(values.mean(0).astype(np.float32), (*sizes, values.shape[1])).copy()
        else:
            middles = np.stack(np.meshgrid(*[np.arange(size) for size in sizes], indexing="ij"), -1).reshape(-1, 3)
            field = _sample(field, (middles + 0.5) / 2 - 0.5).reshape(*sizes, -1)
        field[fixed] = held
        for _ in range(rounds):
            field = _relax(field)
            field[fixed] = held
    return lambda asked: _sample(field, (asked - low) / CELL - 0.5)


def _means(cells: Array, values: Array, sizes: Array) -> tuple[tuple[Array, ...], Array]:
    """Cells that hold points, and the means of what they hold."""
    flat, rows = np.unique(np.ravel_multi_index(tuple(cells.T), sizes), return_inverse=True)
    sums = np.zeros((len(flat), values.shape[1]))
    np.add.at(sums, rows.ravel(), values)
    return np.unravel_index(flat, sizes), (sums / np.bincount(rows.ravel())[:, None]).astype(np.float32)


def _relax(field: Array) -> Array:
    padded = np.pad(field, ((1, 1), (1, 1), (1, 1), (0, 0)), mode="edge")
    mean = padded[2:, 1:-1, 1:-1] + padded[:-2, 1:-1, 1:-1]
    mean += padded[1:-1, 2:, 1:-1]
    mean += padded[1:-1, :-2, 1:-1]
    mean += padded[1:-1, 1:-1, 2:]
    mean += padded[1:-1, 1:-1, :-2]
    mean /= 6
    return mean


def _sample(field: Array, places: Array) -> Array:
    """[N,C] at places [N,3] in cells, trilinear; the border goes on."""
    sizes = np.array(field.shape[:3])
    held = np.clip(places, 0, sizes - 1)
    first = np.minimum(held.astype(int), np.maximum(sizes - 2, 0))
    share = (held - first)[:, :, None].astype(np.float32)
    total = np.zeros((len(places), field.shape[3]), np.float32)
    for corner in np.ndindex(2, 2, 2):
        cells = np.minimum(first + corner, sizes - 1)
        weight = np.prod([share[:, axis] if bit else 1 - share[:, axis] for axis, bit in enumerate(corner)], axis=0)
        total += weight * field[tuple(cells.T)]
    return total
