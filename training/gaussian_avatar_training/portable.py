"""Posing and projection in plain PyTorch, for every device that PyTorch knows; gradients are PyTorch's own."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from .camera import Camera


def rotation_matrices(rotations: Tensor) -> Tensor:
    """Matrices [N,3,3] of quaternions [N,4] x y z w of any length but zero."""
    x, y, z, w = (rotations / rotations.norm(dim=1, keepdim=True)).unbind(1)
    rows = (
        (1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)),
        (2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)),
        (2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)),
    )
    return torch.stack([torch.stack(row, 1) for row in rows], 1)


def pose_gaussians(positions: Tensor, log_scales: Tensor, rotations: Tensor, matrices: Tensor) -> tuple[Tensor, Tensor]:
    """See `projection.pose_gaussians`."""
    linear = matrices[:, :, :3]
    posed = (linear @ positions[:, :, None])[:, :, 0] + matrices[:, :, 3]
    root = linear @ rotation_matrices(rotations) * log_scales.exp()[:, None, :]
    full = root @ root.transpose(1, 2)
    rows, columns = torch.triu_indices(3, 3, device=full.device)
    return posed, full[:, rows, columns]


def project_gaussians(
    positions: Tensor, covariances: Tensor, camera: Camera, low_pass: float
) -> tuple[Tensor, Tensor, Tensor]:
    """See `projection.project_gaussians`."""
    K, R, T = (torch.from_numpy(part).to(positions) for part in (camera.K, camera.R, camera.T))
    points = positions @ R.T + T
    # What lies behind the camera is drawn by nobody; it must only not make infinite gradients.
    is_before = points[:, 2] >= camera.near
    depths = torch.where(is_before, points[:, 2], 1)
    slopes = points[:, :2] / depths[:, None]
    focal = torch.stack((K[0, 0], K[1, 1]))
    limits = torch.tensor(camera.slope_limits, dtype=positions.dtype, device=positions.device)
    held = torch.minimum(torch.maximum(slopes, -limits), limits)
    rows = (R[:2] - held[:, :, None] * R[2]) * (focal / depths[:, None])[:, :, None]
    full = covariances[:, (0, 1, 2, 1, 3, 4, 2, 4, 5)].reshape(-1, 3, 3)
    image = rows @ full @ rows.transpose(1, 2)
    xx, xy, yy = image[:, 0, 0] + low_pass, image[:, 0, 1], image[:, 1, 1] + low_pass
    determinants = xx * yy - xy * xy
    is_seen = is_before & (determinants > 0)
    conics = torch.stack((yy, -xy, xx), 1) / torch.where(is_seen, determinants, 1)[:, None]
    means = slopes * focal + K[:2, 2]
    hide = ~is_seen[:, None]
    return means.masked_fill(hide, 0), conics.masked_fill(hide, 0), depths.detach().masked_fill(~is_seen, math.inf)
