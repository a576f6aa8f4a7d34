"""Tiles into the free room of a square, outlines and all: the small ones go under the arms of the T-pose."""

from __future__ import annotations

import numpy as np

MARGIN = 4
"""Texels between tiles: the network's output is enlarged bilinearly, and should not bleed from one into another."""


def pack(masks: list[np.ndarray], size: int) -> list[tuple[int, int]] | None:
    """Places masks into a square so that they keep their distance.

    Args:
        masks: [h,w] bool, the most important first: it goes to the middle, the others as far up and left as they fit
        size: side of the square, texels

    Returns:
        row and column of the first texel of each; None when they do not fit
    """
    taken = np.zeros((size, size), bool)
    places: list[tuple[int, int]] = []
    for mask in masks:
        height, width = mask.shape
        if height > size or width > size:
            return None
        place = ((size - height) // 2, (size - width) // 2) if not places else _find(taken, mask)
        if place is None:
            return None
        row, column = place
        taken[row : row + height, column : column + width] |= mask
        places.append(place)
    return places


def _find(taken: np.ndarray, mask: np.ndarray) -> tuple[int, int] | None:
    size = len(taken)
    height, width = mask.shape
    grown = _dilate(taken, MARGIN)
    # How many texels a mask shares with what is taken, for every place at once: a correlation.
    spectrum = np.fft.rfft2(grown, s=(2 * size, 2 * size)) * np.conj(np.fft.rfft2(mask, s=(2 * size, 2 * size)))
    shared = np.fft.irfft2(spectrum, s=(2 * size, 2 * size))[: size - height + 1, : size - width + 1]
    free = np.argwhere(shared < 0.5)
    if len(free) == 0:
        return None
    row, column = free[np.argmin(free.sum(1))]
    return int(row), int(column)


def _dilate(mask: np.ndarray, steps: int) -> np.ndarray:
    grown = mask.copy()
    for _ in range(steps):
        padded = np.pad(grown, 1)
        grown = padded[1:-1, 1:-1] | padded[:-2, 1:-1] | padded[2:, 1:-1] | padded[1:-1, :-2] | padded[1:-1, 2:]
    return grown
