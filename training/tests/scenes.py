"""Seeded Gaussians to test with."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from gaussian_avatar_training.camera import Camera


class Scene(NamedTuple):
    positions: Tensor
    log_scales: Tensor
    rotations: Tensor
    matrices: Tensor
    opacities: Tensor
    colors: Tensor


def random_scene(count: int, seed: int, dtype: torch.dtype = torch.float64) -> Scene:
    """Gaussians of 2 … 20 cm in a box of a metre around the origin, under matrices that also shear."""
    random = torch.Generator().manual_seed(seed)
    parts = (
        torch.rand(count, 3, generator=random, dtype=torch.float64) - 0.5,
        torch.rand(count, 3, generator=random, dtype=torch.float64) * 2.3 - 3.9,
        torch.randn(count, 4, generator=random, dtype=torch.float64),
        torch.eye(4, dtype=torch.float64)[:3] + 0.1 * torch.randn(count, 3, 4, generator=random, dtype=torch.float64),
        # The first ones reach the largest alpha, the last ones are too faint to be drawn.
        torch.linspace(1.2, 0.003, count, dtype=torch.float64).clamp(max=1),
        torch.rand(count, 3, generator=random, dtype=torch.float64) * 1.2 - 0.1,
    )
    return Scene(*(part.to(dtype) for part in parts))


def test_camera(width: int = 40, height: int = 36, distance: float = 1.5) -> Camera:
    """A camera beside the axis, turned, with its principal point beside the middle."""
    angle = 0.3
    R = [[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]]
    K = [[0.9 * width, 0, 0.55 * width], [0, 1.1 * width, 0.4 * height], [0, 0, 1]]
    return Camera.calibrated(K, R, [0.05, -0.02, distance], width, height)


test_camera.__test__ = False
