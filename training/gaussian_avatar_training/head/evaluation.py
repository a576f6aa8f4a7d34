"""How good a head is on pictures that it was not trained with."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from .. import metrics
from .pictures import HeadPicture
from .trainer import HEAD, HeadTrainer

FACE_RADIUS = 0.075
"""Metres about the middle of eyes and mouth that are the face."""

FRONTAL = 0.3
"""Least cosine between where the face looks and where the camera is, for a picture to show it."""

Figures = dict[str, float]


@torch.no_grad()
def evaluate(trainer: HeadTrainer, pictures: list[HeadPicture]) -> dict[str, Figures]:
    """Means over pictures, decibels over white at their full size.

    `refined` is what the refiner makes, `colours` the first three channels drawn at the full size; `whole` is of all
    pixels and `least` the worst of them, `person` of those whose mask is above a half, `face` of those of the face
    where it is seen, `ssim` of the whole.
    """
    found = defaultdict(list)
    for picture in pictures:
        refined, colors = draw(trainer, picture)
        truth, mask = picture.truth(), picture.mask()
        face = face_mask(trainer, picture)
        for name, drawn in (("refined", refined), ("colours", colors)):
            found[name, "whole"].append(metrics.psnr(drawn, truth))
            found[name, "person"].append(metrics.psnr(drawn, truth, mask))
            found[name, "ssim"].append(metrics.ssim(drawn, truth))
            if face is not None:
                found[name, "face"].append(metrics.psnr(drawn, truth, face * mask))
    result: dict[str, Figures] = {"refined": {}, "colours": {}}
    for (name, what), values in found.items():
        result[name][what] = sum(values) / len(values)
        if what == "whole":
            result[name]["least"] = min(values)
    result["refined"]["pictures"] = len(pictures)
    return result


@torch.no_grad()
def draw(trainer: HeadTrainer, picture: HeadPicture) -> tuple[Tensor, Tensor]:
    """The refined picture, and the first three channels at its full size, both [S,S,3] over white."""
    frame = picture.shot.frame
    made = trainer.model(trainer.codes[frame])
    half = trainer.model.draw(made, trainer.matrices[frame], [picture.half_camera])[0]
    colors = trainer.model.draw(made._replace(channels=made.channels[:, :3]), trainer.matrices[frame], [picture.camera])
    refined = trainer.model.refiner(half)[0].permute(1, 2, 0).clamp(0, 1).contiguous()
    return refined, colors[0][0].permute(1, 2, 0).clamp(0, 1).contiguous()


def face_mask(trainer: HeadTrainer, picture: HeadPicture) -> Tensor | None:
    """Where the face is, [S,S]; none in pictures of the back of a head."""
    head = trainer.points.matrices[picture.shot.frame, HEAD].astype(np.float64)
    camera = picture.camera
    middle = trainer.points.focus.mean(0) @ head[:, :3].T + head[:, 3]
    lens = -camera.R.T @ camera.T
    towards = (lens - middle) / np.linalg.norm(lens - middle)
    if towards @ (head[:, :3] @ np.array([0.0, 0, 1])) < FRONTAL:
        return None
    x, y, depth = camera.R @ middle + camera.T
    radius = FACE_RADIUS * camera.K[0, 0] / depth
    column = torch.arange(camera.width) + 0.5 - (camera.K[0, 0] * x / depth + camera.K[0, 2])
    row = torch.arange(camera.height) + 0.5 - (camera.K[1, 1] * y / depth + camera.K[1, 2])
    return (column.square() + row.square()[:, None] < radius**2).float()


def comparison(trainer: HeadTrainer, pictures: list[HeadPicture]) -> Image.Image:
    """Rows of what cameras saw, the refined picture, and the first three channels."""
    rows = []
    for picture in pictures:
        refined, colors = draw(trainer, picture)
        rows.append(torch.cat((picture.truth(), refined, colors), 1))
    sheet = (torch.cat(rows).clamp(0, 1) * 255).round().byte().numpy()
    return Image.fromarray(sheet)


def table(figures: dict[str, Figures]) -> str:
    """One line of figures."""
    words = []
    for name in ("refined", "colours"):
        row = figures[name]
        words.append(f"{name} {row['whole']:.2f} dB person {row['person']:.2f} face {row.get('face', math.nan):.2f}")
    return "   ".join(words)


def plain(figures: dict[str, Figures]) -> dict[str, Any]:
    """Figures as a file has them, rounded."""
    return {name: {what: round(value, 4) for what, value in row.items()} for name, row in figures.items()}
