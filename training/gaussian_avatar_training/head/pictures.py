"""Pictures of a capture of a head, whole, in memory."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ..camera import Camera
from ..capture import Capture, Shot
from ..crops import read_picture
from ..training_error import TrainingError
from .points import HeadPoints

FOCUS_RADIUS = 0.02
"""Metres around eyes and mouth; of the mouth twice that across."""


@dataclass(frozen=True)
class HeadPicture:
    """One picture, over white."""

    shot: Shot
    pixels: NDArray[np.uint8]
    """[S,S,4] r g b multiplied by the coverage, and the coverage."""
    camera: Camera
    """Of the whole picture."""

    def truth(self) -> Tensor:
        """[S,S,3] over white, 0…1."""
        pixels = torch.from_numpy(self.pixels).float() / 255
        return pixels[..., :3] + 1 - pixels[..., 3:]

    def mask(self) -> Tensor:
        """[S,S] coverage, 0…1."""
        return torch.from_numpy(self.pixels[..., 3]).float() / 255

    @property
    def half_camera(self) -> Camera:
        """Of the picture at half its size."""
        return half(self.camera)


def load_pictures(capture: Capture, shots: list[Shot], workers: int = 2) -> list[HeadPicture]:
    """Read whole pictures.

    Raises:
        TrainingError: One is damaged, or not square and even.
    """
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(lambda shot: _load(capture, shot), shots))


def half(camera: Camera) -> Camera:
    """The camera of the same picture at half its size."""
    k = camera.K.copy()
    k[:2] *= 0.5
    return replace(camera, K=k, width=camera.width // 2, height=camera.height // 2)


def halve(picture: Tensor) -> Tensor:
    """[S,S,3] → [S/2,S/2,3], means of four pixels."""
    return functional.avg_pool2d(picture.permute(2, 0, 1)[None], 2)[0].permute(1, 2, 0).contiguous()


def focus_map(camera: Camera, points: HeadPoints, head: np.ndarray, gain: float) -> Tensor:
    """What pixels count [S,S]: 1, and more about eyes and mouth where the face is seen.

    Args:
        camera: Of the picture.
        points: Of the head.
        head: [3,4] how the head has moved.
        gain: How much more.
    """
    places = points.focus @ head[:, :3].T + head[:, 3]
    lens = -camera.R.T @ camera.T
    front = head[:, :3] @ np.array([0.0, 0, 1])
    seen = places @ camera.R.T + camera.T
    pixels = seen[:, :2] / seen[:, 2:] * camera.K[0, 0] + camera.K[:2, 2]
    steps = torch.arange(camera.width) + 0.5
    weights = torch.ones(camera.height, camera.width)
    for at, (x, y) in enumerate(pixels):
        towards = (lens - places[at]) / np.linalg.norm(lens - places[at])
        if towards @ front > 0:
            radius = FOCUS_RADIUS * camera.K[0, 0] / seen[at, 2]
            wide = 1.6 if at == 2 else 1.0
            across = (-((steps - x) ** 2) / (2 * (wide * radius) ** 2)).exp()
            along = (-((steps - y) ** 2) / (2 * radius**2)).exp()
            weights += gain * float(towards @ front) * along[:, None] * across
    return weights


def _load(capture: Capture, shot: Shot) -> HeadPicture:
    picture_path, mask_path = capture.paths(shot)
    picture, mask = read_picture(picture_path, "RGB"), read_picture(mask_path, "L")
    if picture.shape[0] != picture.shape[1] or picture.shape[0] % 2 or mask.shape != picture.shape[:2]:
        raise TrainingError(
            f"{picture_path} has {picture.shape[1]} × {picture.shape[0]} pixels, and its mask as many or others: "
            "pictures of heads are square, of even size. Capture the head again."
        )
    return HeadPicture(shot, np.dstack((picture, mask)), capture.camera(shot))
