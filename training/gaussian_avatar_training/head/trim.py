"""Takes away what hardly any camera saw: Gaussians at the edge of the bust that learnt little, and would hang there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn

from ..capture import Capture
from .mesh_stage import MeshStage
from .trainer import HeadTrainer

LEAST_VIEWS = 0.1
"""Share of the cameras whose pictures a Gaussian must be in; a third would take away what belongs in the pictures."""


@torch.no_grad()
def often_seen(trainer: HeadTrainer, capture: Capture) -> Tensor:
    """Which Gaussians of the neutral face are in the pictures of enough cameras for training, [N]."""
    neutral = trainer.model(torch.zeros(trainer.codes.shape[1])).positions.double().numpy()
    first = {shot.camera: shot for shot in reversed(capture.shots(held_out=False))}
    share = np.zeros(len(neutral))
    for shot in first.values():
        camera = capture.camera(shot)
        points = neutral @ camera.R.T + camera.T
        pixels = points[:, :2] / points[:, 2:] * np.diag(camera.K)[:2] + camera.K[:2, 2]
        share += ((pixels > 0) & (pixels < camera.width)).all(1) / len(first)
    return torch.from_numpy(share >= LEAST_VIEWS)


def trim(trainer: HeadTrainer, kept: Tensor) -> None:
    """Leave out the Gaussians that are not kept [N]; the training is over then."""
    model, points, rows = trainer.model, trainer.points, kept.numpy()
    for name in ("positions", "features", "scales", "rotations", "opacities"):
        setattr(model, name, nn.Parameter(getattr(model, name).detach()[kept]))
    model.weights, model.joints = model.weights[kept], model.joints[kept]
    names = ("positions", "neutral", "normals", "spacings", "colors", "weights", "kinds")
    fewer = {name: getattr(points, name)[rows] for name in names}
    trainer.points = replace(points, **fewer, deltas=points.deltas[:, rows])
    trainer.mesh = MeshStage(trainer.points, trainer.mesh.codes)
