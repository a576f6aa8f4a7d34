"""How good a person is on pictures that she was not trained with."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from . import metrics
from .avatar_model import AvatarModel
from .crops import Crop
from .rasterizer import render
from .stage import Stage, moments_of


class Figures(NamedTuple):
    """Means over pictures; decibels of crops and of the person alone. See `metrics`."""

    psnr: float
    masked_psnr: float
    ssim: float
    iou: float
    count: int


@torch.no_grad()
def draw(model: AvatarModel, stage: Stage, frame: int, crops: list[Crop]) -> list[Tensor]:
    """Draw the person as some crops of one frame show her: [h,w,4] each, premultiplied over nothing."""
    gaussians = model(stage.body(frame), stage.expression(frame)).gaussians
    return [render(gaussians, stage.camera(frame, crop.camera)) for crop in crops]


def evaluate(model: AvatarModel, stage: Stage, crops: list[Crop]) -> dict[str, Figures]:
    """Figures by what the cameras look at, over black."""
    found = defaultdict(list)
    for frame, views in moments_of(crops).items():
        for crop, drawn in zip(views, draw(model, stage, frame, views), strict=True):
            truth = crop.truth(drawn.device)
            mask = truth[..., 3]
            box = metrics.crop_box(mask)
            picture, true = drawn[..., :3].clamp(0, 1)[box].contiguous(), truth[..., :3][box].contiguous()
            figures = (metrics.psnr(picture, true), metrics.psnr(picture, true, mask[box]), metrics.ssim(picture, true))
            found[crop.target].append((*figures, metrics.mask_iou(drawn[..., 3], mask)))
    return {target: Figures(*np.mean(rows, 0).tolist(), len(rows)) for target, rows in sorted(found.items())}


def mean_psnr(figures: dict[str, Figures]) -> float:
    """Over all kinds of cameras alike, decibels."""
    return float(np.mean([entry.psnr for entry in figures.values()]))


def table(figures: dict[str, Figures]) -> str:
    """One line: decibels of the crop | of the person, similarity."""
    return "   ".join(
        f"{target} {entry.psnr:.2f} | {entry.masked_psnr:.2f} dB {entry.ssim:.3f}" for target, entry in figures.items()
    )


def comparison(model: AvatarModel, stage: Stage, crops: list[Crop]) -> Image.Image:
    """One picture of each kind of camera, a row each: as it was, as it is drawn, and four times the difference."""
    rows = []
    for crop in {crop.target: crop for crop in reversed(crops)}.values():
        (drawn,) = draw(model, stage, crop.shot.frame, [crop])
        truth, picture = crop.truth(drawn.device)[..., :3], drawn[..., :3].clamp(0, 1)
        rows.append(torch.cat((truth, picture, (4 * (picture - truth)).abs().clamp(max=1)), 1).cpu())
    width = max(row.shape[1] for row in rows)
    padded = [torch.nn.functional.pad(row, (0, 0, 0, width - row.shape[1])) for row in rows]
    return Image.fromarray((torch.cat(padded) * 255).round().byte().numpy())
