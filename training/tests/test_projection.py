"""Posing and projection: the native library against the renderer to be read and plain PyTorch."""

from __future__ import annotations

import math

import pytest
import reference
import torch
from scenes import random_scene, test_camera
from torch import Tensor

from gaussian_avatar_training import portable
from gaussian_avatar_training.projection import blend_matrices, pose_gaussians, project_gaussians


def largest_gradient_error(a: tuple[Tensor, ...], b: tuple[Tensor, ...], inputs: tuple[Tensor, ...]) -> float:
    random = torch.Generator().manual_seed(5)
    weights = [torch.randn(part.shape, generator=random, dtype=part.dtype) for part in a]
    sums = [sum((part * weight).sum() for part, weight in zip(parts, weights, strict=True)) for parts in (a, b)]
    pairs = zip(*(torch.autograd.grad(total, inputs) for total in sums), strict=True)
    return max(float((x - y).abs().max() / y.abs().max()) for x, y in pairs)


def test_poses_as_plain_pytorch_and_as_the_renderer_to_be_read() -> None:
    *parts, matrices, _, _ = random_scene(50, seed=11)
    inputs = tuple(part.requires_grad_() for part in parts)
    native, plain = pose_gaussians(*inputs, matrices), portable.pose_gaussians(*inputs, matrices)
    for a, b in zip(native, plain, strict=True):
        assert float((a - b).detach().abs().max()) < 1e-13
    assert largest_gradient_error(native, plain, inputs) < 1e-11
    position, covariance = reference.pose(*(part[7] for part in inputs), matrices[7])
    packed = covariance[tuple(torch.triu_indices(3, 3))]
    assert float((native[0][7] - position).detach().abs().max()) < 1e-14
    assert float((native[1][7] - packed).detach().abs().max()) < 1e-14


@pytest.mark.parametrize("distance", [1.5, 0.3])
def test_projects_as_plain_pytorch_and_as_the_renderer_to_be_read(distance: float) -> None:
    camera = test_camera(distance=distance)
    inputs = tuple(part.detach().requires_grad_() for part in pose_gaussians(*random_scene(80, seed=12)[:4]))
    native, plain = (project(*inputs, camera, 0.3) for project in (project_gaussians, portable.project_gaussians))
    assert torch.equal(native[2].isfinite(), plain[2].isfinite())
    for a, b in zip(native[:2], plain[:2], strict=True):
        assert float((a - b).detach().abs().max() / b.detach().abs().max()) < 1e-12
    assert largest_gradient_error(native[:2], plain[:2], inputs) < 1e-10
    i = int(native[2].isfinite().nonzero()[0])
    full = inputs[1][i][[0, 1, 2, 1, 3, 4, 2, 4, 5]].reshape(3, 3)
    mean, covariance, depth = reference.project(inputs[0][i], full, camera)
    a, b, c = native[1][i]
    assert torch.allclose(native[0][i], mean, rtol=1e-12)
    assert torch.allclose(torch.stack((a, b, b, c)).reshape(2, 2), torch.linalg.inv(covariance), rtol=1e-9)
    assert math.isclose(float(native[2][i]), float(depth.detach()), rel_tol=1e-12)


def test_blends_four_matrices() -> None:
    random = torch.Generator().manual_seed(13)
    joint_matrices = torch.randn(7, 3, 4, generator=random, dtype=torch.float64)
    joints = torch.randint(0, 7, (20, 4), generator=random)
    weights = torch.rand(20, 4, generator=random, dtype=torch.float64)
    blended = blend_matrices(joint_matrices, joints, weights)
    for i in range(20):
        expected = sum(weights[i, k] * joint_matrices[joints[i, k]] for k in range(4))
        assert torch.allclose(blended[i], expected)


def test_nothing_is_posed_to_nothing() -> None:
    positions, covariances = pose_gaussians(*random_scene(0, seed=1)[:4])
    assert positions.shape == (0, 3)
    assert covariances.shape == (0, 6)
    with pytest.raises(ValueError, match=r"rotations must be \[N,4\]"):
        pose_gaussians(torch.zeros(2, 3), torch.zeros(2, 3), torch.zeros(2, 3), torch.zeros(2, 3, 4))
