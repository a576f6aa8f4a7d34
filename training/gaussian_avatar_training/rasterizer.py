"""Draws Gaussians, differentiably."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor

from .camera import Camera


class Gaussians(NamedTuple):
    """Posed Gaussians in world space, on one device and of one floating type."""

    positions: Tensor
    """[N,3] metres."""
    covariances: Tensor
    """[N,6] xx xy xz yy yz zz, square metres."""
    opacities: Tensor
    """[N] 0..1."""
    colors: Tensor
    """[N,3] r g b, display values; nothing clamps them."""


def render(gaussians: Gaussians, camera: Camera, background: Tensor | None = None) -> Tensor:
    """Draw Gaussians as the engine draws them.

    Args:
        gaussians: What to draw; gradients flow to all four tensors.
        camera: From where, and how large.
        background: [3] or [H,W,3] r g b behind them; none is black.

    Returns:
        [H,W,4] r g b, premultiplied and over the background, and coverage.

    Raises:
        ValueError: Shapes do not match or something is not finite.
    """
    raise NotImplementedError
