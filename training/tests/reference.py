"""A renderer to be read: every Gaussian at every pixel, in the order of the formulas, gradients by PyTorch.

Shares nothing with the package but the type of a camera; its numbers are typed a second time on purpose.
"""

from __future__ import annotations

import torch
from torch import Tensor

from gaussian_avatar_training.camera import Camera


def rotation_matrix(q: Tensor) -> Tensor:
    """Turn v by q: v + 2·u × (u × v + w·v), column by column."""
    q = q / q.norm()
    u, w = q[:3], q[3]
    columns = []
    for axis in torch.eye(3, dtype=q.dtype):
        columns.append(axis + 2 * torch.linalg.cross(u, torch.linalg.cross(u, axis) + w * axis))
    return torch.stack(columns, 1)


def pose(position: Tensor, log_scale: Tensor, rotation: Tensor, matrix: Tensor) -> tuple[Tensor, Tensor]:
    """Position [3] and covariance [3,3] of one Gaussian."""
    r = rotation_matrix(rotation)
    covariance = r @ torch.diag(torch.exp(2 * log_scale)) @ r.T
    linear = matrix[:, :3]
    return linear @ position + matrix[:, 3], linear @ covariance @ linear.T


def project(
    position: Tensor, covariance: Tensor, camera: Camera, low_pass: float = 0.3
) -> tuple[Tensor, Tensor, Tensor]:
    """Mean [2] in pixels, covariance [2,2] in square pixels, depth."""
    K, R, T = (torch.from_numpy(part) for part in (camera.K, camera.R, camera.T))
    t = R @ position + T
    slope = t[:2] / t[2]
    held = torch.stack([s.clamp(-limit, limit) for s, limit in zip(slope, camera.slope_limits, strict=True)])
    jacobian = torch.stack(
        [
            torch.stack([K[0, 0] / t[2], torch.zeros_like(t[2]), -K[0, 0] * held[0] / t[2]]),
            torch.stack([torch.zeros_like(t[2]), K[1, 1] / t[2], -K[1, 1] * held[1] / t[2]]),
        ]
    )
    image = jacobian @ R @ covariance @ R.T @ jacobian.T + low_pass * torch.eye(2, dtype=t.dtype)
    return K[:2, :2] @ slope + K[:2, 2], image, t[2]


def render(
    positions: Tensor,
    covariances: Tensor,
    opacities: Tensor,
    colors: Tensor,
    camera: Camera,
    background: Tensor,
    is_antialiased: bool = False,
) -> Tensor:
    """[H,W,4] of Gaussians with packed covariances [N,6] xx xy xz yy yz zz."""
    low_pass = 0.1 if is_antialiased else 0.3
    splats = []
    for i in range(len(positions)):
        full = covariances[i][[0, 1, 2, 1, 3, 4, 2, 4, 5]].reshape(3, 3)
        mean, covariance, depth = project(positions[i], full, camera, low_pass)
        opacity = opacities[i]
        if is_antialiased:
            narrow = covariance - low_pass * torch.eye(2, dtype=covariance.dtype)
            opacity = opacity * (torch.linalg.det(narrow) / torch.linalg.det(covariance)).sqrt()
        if float(depth.detach()) >= camera.near and float(opacity.detach()) >= 1 / 255:
            splats.append((float(depth.detach()), i, mean, torch.linalg.inv(covariance), opacity))
    y, x = torch.meshgrid(torch.arange(camera.height), torch.arange(camera.width), indexing="ij")
    pixels = torch.stack((x, y), -1) + 0.5
    color = torch.zeros(camera.height, camera.width, 3, dtype=positions.dtype)
    clear = torch.ones(camera.height, camera.width, dtype=positions.dtype)
    for _, i, mean, inverse, opacity in sorted(splats, key=lambda splat: splat[:2]):
        d = pixels - mean
        alpha = opacity * torch.exp(-0.5 * torch.einsum("hwi,ij,hwj->hw", d, inverse, d))
        alpha = torch.where(alpha >= 1 / 255, alpha.clamp(max=0.99), 0)
        color = color + (clear * alpha)[..., None] * colors[i]
        clear = clear * (1 - alpha)
    return torch.cat((color + clear[..., None] * background, 1 - clear[..., None]), -1)
