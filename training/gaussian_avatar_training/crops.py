"""Pictures of a capture, cut to the person, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from .camera import Camera
from .capture import Capture, Shot
from .similarity import WINDOW
from .training_error import TrainingError

TILE = 16
"""Windows begin and end at multiples of this, as the tiles of the rasteriser do, or at the border of the picture."""

MARGIN = 8
"""Pixels around the person, so that what does not belong there is seen."""


@dataclass(frozen=True)
class Crop:
    """The part of a picture that holds the person."""

    shot: Shot
    pixels: NDArray[np.uint8]
    """[h,w,4] r g b multiplied by the coverage, and the coverage."""
    camera: Camera
    """Of this part."""
    target: str
    """What the camera looks at."""

    def truth(self, device: torch.device) -> Tensor:
        """[h,w,4] of 0…1."""
        return torch.from_numpy(self.pixels).to(device).float() / 255


def load_crops(capture: Capture, shots: Sequence[Shot], workers: int = 2) -> list[Crop]:
    """Read pictures, several at a time.

    Args:
        capture: Where from.
        shots: Which.
        workers: How many are read at once.

    Returns:
        Their crops, in the same order.

    Raises:
        TrainingError: A picture is damaged, has another size than its camera, or shows nobody.
    """
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(lambda shot: load_crop(capture, shot), shots))


def load_crop(capture: Capture, shot: Shot) -> Crop:
    """Read a picture; see `load_crops`."""
    picture_path, mask_path = capture.paths(shot)
    picture, mask = read_picture(picture_path, "RGB"), read_picture(mask_path, "L")
    capture.check_size(shot, (picture.shape[1], picture.shape[0]))
    if mask.shape != picture.shape[:2]:
        raise TrainingError(f"{mask_path} and {picture_path} have different sizes.")
    if mask.max(initial=0) < 128:
        raise TrainingError(f"{mask_path} is empty: nobody is in the picture. Leave it out or make the mask again.")
    rows, columns = (_window(mask.any(axis), mask.shape[1 - axis]) for axis in (1, 0))
    pixels = np.dstack((picture, mask))[rows, columns]
    if capture.manifest is None:
        # Pictures of cameras have a background; those of the studio have none.
        pixels[..., :3] = np.rint(pixels[..., :3] * (pixels[..., 3:] / 255)).astype(np.uint8)
    height, width = pixels.shape[:2]
    camera = capture.camera(shot).window(columns.start, rows.start, width, height)
    return Crop(shot, np.ascontiguousarray(pixels), camera, capture.views[shot.camera].target)


def _window(occupied: NDArray[np.bool_], size: int) -> slice:
    inside = np.flatnonzero(occupied)
    first = max(0, inside[0] - MARGIN) // TILE * TILE
    last = min(size, -(-(inside[-1] + 1 + MARGIN) // TILE) * TILE)
    if last - first < WINDOW:
        # The last tile of a picture may be cut to less than similarity is measured in.
        first = max(0, first - TILE)
    return slice(int(first), int(last))


def read_picture(path: Path, mode: str) -> NDArray[np.uint8]:
    """Read a file in a mode of Pillow."""
    try:
        with Image.open(path) as image:
            return np.asarray(image.convert(mode))
    except (OSError, ValueError, SyntaxError) as error:
        raise TrainingError(f"{path} cannot be read ({error}). Fetch or shoot it again.") from error
