"""Writes the head that the tests of the run time convert: `python training/tests/make_tiny_head.py`."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch
from tiny import tiny_camera

from gaussian_avatar_training.capture import Shot
from gaussian_avatar_training.head.export import export_head
from gaussian_avatar_training.head.head_model import HeadModel
from gaussian_avatar_training.head.pictures import HeadPicture
from gaussian_avatar_training.head.points import HeadPoints
from gaussian_avatar_training.head.settings import HeadSettings

FIXTURE = Path(__file__).parents[2] / "test/fixtures/training/tiny.head.npz"
SIZE = 64
NAMES = ["jawOpen", "eyeBlinkLeft", "mouthSmileLeft"]
SETTINGS = HeadSettings(
    features=5,
    channels=4,
    octaves=3,
    color_widths=(8, 8),
    attribute_widths=(6,),
    deformation_widths=(8, 8, 8),
    capacity=4,
)


def tiny_points(count: int = 40, frames: int = 4, seed: int = 1) -> HeadPoints:
    """A ball of points that two joints move; a jaw opens a part of it."""
    random = np.random.default_rng(seed)
    normals = random.normal(size=(count, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    neutral = 0.12 * normals
    deltas = np.zeros((len(NAMES), count, 3))
    deltas[0, neutral[:, 1] < -0.02, 1] = -0.02
    deltas[1, neutral[:, 0] > 0.05, 2] = 0.01
    deltas[2, :, 0] = 0.005
    matrices = np.tile(np.eye(3, 4), (frames, 3, 1, 1))
    matrices[1:, 2, 0, 3] = 0.01 * np.arange(1, frames)
    weights = random.uniform(size=(count, 3))
    arrays = (
        neutral + 0.5 * deltas[0],
        neutral,
        deltas,
        normals,
        np.full(count, 0.03),
        random.uniform(0.2, 0.9, (count, 3)),
        weights / weights.sum(1, keepdims=True),
        random.uniform(-1, 1, count),
    )
    joints = np.array([[0, -0.3, 0], [0, -0.15, -0.01], [0, -0.08, 0]], np.float32)
    focus = np.array([[0.03, 0.03, 0.11], [-0.03, 0.03, 0.11], [0, -0.04, 0.11]], np.float32)
    rows = [values.astype(np.float32) for values in arrays]
    return HeadPoints(*rows, NAMES, joints, matrices.astype(np.float32), np.zeros(3, np.float32), 0.5, focus)


def tiny_head(points: HeadPoints) -> HeadModel:
    """A head whose networks change much."""
    model = HeadModel(points, SETTINGS)
    random = torch.Generator().manual_seed(4)
    with torch.no_grad():
        for network in (model.color, model.attributes, model.deformation):
            for parameter in network.parameters():
                parameter.add_(0.2 * torch.randn(parameter.shape, generator=random))
        for parameter in model.refiner.parameters():
            parameter.copy_(0.3 * torch.randn(parameter.shape, generator=random))
    return model


def tiny_picture(frame: int = 1) -> HeadPicture:
    """A picture of nothing, by a camera a metre and a half away."""
    return HeadPicture(Shot(frame, "cam00"), np.zeros((SIZE, SIZE, 4), np.uint8), tiny_camera(0.3, SIZE))


def write_tiny_head(path: Path) -> None:
    """Writes `head.npz` of the tiny head."""
    points = tiny_points()
    codes = torch.tensor([[0.0, 0, 0], [0.8, 0.1, 0.3]])
    meta = {"name": "Ball", "license": "CC0-1.0", "notices": ["A ball."]}
    path.parent.mkdir(parents=True, exist_ok=True)
    export_head(path, tiny_head(points), points, codes, tiny_picture(), meta)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else FIXTURE
    write_tiny_head(target)
    print(f"{target}: {target.stat().st_size} bytes")
