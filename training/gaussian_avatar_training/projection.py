"""Moves Gaussians with the joints and projects them into pictures."""

from __future__ import annotations

import ctypes
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

from . import native, portable
from .camera import Camera
from .checks import check_rows
from .rules import LOW_PASS_VARIANCE, MIP_VARIANCE


def blend_matrices(joint_matrices: Tensor, joints: Tensor, weights: Tensor) -> Tensor:
    """Blend the matrices of linear blend skinning.

    Args:
        joint_matrices: [J,3,4] rest → posed.
        joints: [N,4] integers.
        weights: [N,4] that sum to 1.

    Returns:
        [N,3,4] rest → posed, one for each Gaussian.
    """
    rows = joint_matrices.reshape(len(joint_matrices), 12)
    return functional.embedding_bag(joints.long(), rows, per_sample_weights=weights, mode="sum").reshape(-1, 3, 4)


def pose_gaussians(positions: Tensor, log_scales: Tensor, rotations: Tensor, matrices: Tensor) -> tuple[Tensor, Tensor]:
    """Pose Gaussians: p → M·(p, 1) and Σ → M·Σ·Mᵀ with Σ = R·diag(exp 2s)·Rᵀ.

    Args:
        positions: [N,3] at rest, metres.
        log_scales: [N,3] natural logarithms of metres.
        rotations: [N,4] x y z w, of any length but zero.
        matrices: [N,3,4] of `blend_matrices`; no gradient flows to them.

    Returns:
        Positions [N,3] in metres and covariances [N,6] xx xy xz yy yz zz in square metres.

    Raises:
        ValueError: Shapes do not match.
    """
    check_rows(
        positions=(positions, (3,)),
        log_scales=(log_scales, (3,)),
        rotations=(rotations, (4,)),
        matrices=(matrices, (3, 4)),
    )
    matrices = matrices.detach()
    if native.is_supported(positions):
        return _Pose.apply(positions, log_scales, rotations, matrices)
    return portable.pose_gaussians(positions, log_scales, rotations, matrices)


def project_gaussians(
    positions: Tensor, covariances: Tensor, camera: Camera, low_pass: float = LOW_PASS_VARIANCE
) -> tuple[Tensor, Tensor, Tensor]:
    """Project posed Gaussians: EWA splatting (Zwicker et al. 2001) with the low-pass of the engine.

    Args:
        positions: [N,3] world, metres.
        covariances: [N,6] xx xy xz yy yz zz, square metres.
        camera: Into which picture; no gradient flows to it.
        low_pass: Variance that widens all, square pixels.

    Returns:
        Means [N,2] in pixels, the middle of the first pixel at ½; conics [N,3], the entries a b c of the inverse
        covariance in 1/pixel²; depths [N] in metres without gradient, infinite for those not before the camera.

    Raises:
        ValueError: Shapes do not match.
    """
    check_rows(positions=(positions, (3,)), covariances=(covariances, (6,)))
    if native.is_supported(positions):
        return _Project.apply(positions, covariances, camera, low_pass)
    return portable.project_gaussians(positions, covariances, camera, low_pass)


def mip_factors(conics: Tensor, low_pass: float = MIP_VARIANCE) -> Tensor:
    """What the energy of Gaussians that were widened is divided by, so that it is what it was.

    With Σ the projected covariance and Q = (Σ + v·1)⁻¹: √(|Σ| / |Σ + v·1|) = √|1 − v·Q|.

    Args:
        conics: [N,3] of `project_gaussians`.
        low_pass: The variance v that widened them, square pixels.

    Returns:
        [N] factors of their opacities, 0…1.
    """
    a, b, c = (low_pass * conics).unbind(1)
    # The root of nothing has an infinite slope; a millionth is as little to see.
    return ((1 - a) * (1 - c) - b * b).clamp(min=1e-12).sqrt()


class _Pose(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, *inputs: Tensor) -> tuple[Tensor, Tensor]:
        positions, log_scales, rotations, matrices = (tensor.contiguous() for tensor in inputs)
        count, dtype = len(positions), positions.dtype
        posed, covariances = positions.new_empty(count, 3), positions.new_empty(count, 6)
        arrays = (positions, log_scales, rotations, matrices, posed, covariances)
        native.call("pose", dtype, count, native.threads(), *arrays)
        ctx.save_for_backward(log_scales, rotations, matrices)
        return posed, covariances

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        log_scales, rotations, matrices = ctx.saved_tensors
        incoming = [gradient.contiguous() for gradient in gradients]
        outgoing = (torch.empty_like(log_scales), torch.empty_like(log_scales), torch.empty_like(rotations))
        arrays = (log_scales, rotations, matrices, *incoming, *outgoing)
        native.call("pose_gradient", log_scales.dtype, len(log_scales), native.threads(), *arrays)
        return *outgoing, None


class _CameraWords(ctypes.Structure):
    """The words of `Camera` in csrc/project.h."""

    _fields_ = [("words", ctypes.c_double * 20)]


def _words(camera: Camera, low_pass: float) -> _CameraWords:
    k = camera.K
    parts = (k[0, 0], k[1, 1], k[0, 2], k[1, 2], *camera.R.flat, *camera.T, *camera.slope_limits, camera.near)
    return _CameraWords((ctypes.c_double * 20)(*(float(part) for part in parts), low_pass))


class _Project(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, *inputs: Any) -> tuple[Tensor, Tensor, Tensor]:
        positions, covariances, camera, low_pass = inputs
        positions, covariances = positions.contiguous(), covariances.contiguous()
        count, dtype = len(positions), positions.dtype
        means, conics, depths = (positions.new_empty(count, *row) for row in ((2,), (3,), ()))
        arrays = (positions, covariances, means, conics, depths)
        ctx.words = _words(camera, low_pass)
        native.call("project", dtype, count, native.threads(), ctx.words, *arrays)
        ctx.save_for_backward(positions, covariances, conics, depths)
        ctx.mark_non_differentiable(depths)
        return means, conics, depths

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, None, None]:
        positions, covariances, conics, depths = ctx.saved_tensors
        incoming = [gradient.contiguous() for gradient in gradients[:2]]
        outgoing = (torch.empty_like(positions), torch.empty_like(covariances))
        arrays = (positions, covariances, conics, depths, *incoming, *outgoing)
        native.call("project_gradient", positions.dtype, len(positions), native.threads(), ctx.words, *arrays)
        return *outgoing, None, None
