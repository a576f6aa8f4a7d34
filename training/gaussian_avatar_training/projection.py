"""Moves Gaussians with the joints and projects them into pictures."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional


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


def pose_gaussians(
    positions: Tensor, log_scales: Tensor, rotations: Tensor, matrices: Tensor
) -> tuple[Tensor, Tensor]:
    """Pose Gaussians: p → M·(p, 1) and Σ → M·Σ·Mᵀ with Σ = R·diag(exp 2s)·Rᵀ.

    Args:
        positions: [N,3] at rest, metres.
        log_scales: [N,3] natural logarithms of metres.
        rotations: [N,4] x y z w, of any length but zero.
        matrices: [N,3,4] of `blend_matrices`; no gradient flows to them.

    Returns:
        Positions [N,3] in metres and covariances [N,6] xx xy xz yy yz zz in square metres.
    """
    raise NotImplementedError
