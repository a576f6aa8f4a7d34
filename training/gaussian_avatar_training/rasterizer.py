"""Draws Gaussians, differentiably."""

from __future__ import annotations

import ctypes
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from . import native
from .camera import Camera
from .checks import check_finite, check_rows
from .projection import mip_factors, project_gaussians
from .rules import LOW_PASS_VARIANCE, MIP_VARIANCE, TRANSMITTANCE_MIN
from .tiles import draw_tiles


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


def render(
    gaussians: Gaussians,
    camera: Camera,
    background: Tensor | None = None,
    transmittance_min: float = TRANSMITTANCE_MIN,
    is_antialiased: bool = True,
) -> Tensor:
    """Draw Gaussians as the engine draws them.

    Single and double precision on the CPU go through the native library, everything else through plain PyTorch.
    The same input gives the same bits with any number of threads (`torch.set_num_threads`).

    Example:
        camera = Camera.calibrated(K, R, T, width=512, height=512)
        posed = pose_gaussians(positions, log_scales, rotations, matrices)
        picture = render(Gaussians(*posed, opacities, colors), camera)

    Args:
        gaussians: What to draw; gradients flow to all four tensors.
        camera: From where, and how large.
        background: [3] or [H,W,3] r g b behind them, without gradient; none is black.
        transmittance_min: Pixels end where less than this shines through; 0 draws everything, as plain PyTorch does.
        is_antialiased: Whether splats smaller than a pixel keep their energy (2D Mip filter, Yu et al. 2024), as those
            of people who are trained here; without, as the published rasteriser draws.

    Returns:
        [H,W,4] r g b, premultiplied and over the background, and coverage.

    Raises:
        ValueError: Shapes do not match or something is not finite.
        MemoryError: Splats are so large that the lists of what is in which tile do not fit.
    """
    check_rows(
        positions=(gaussians.positions, (3,)),
        covariances=(gaussians.covariances, (6,)),
        opacities=(gaussians.opacities, ()),
        colors=(gaussians.colors, (3,)),
    )
    check_finite(**gaussians._asdict())
    if background is not None:
        if tuple(background.shape) not in ((3,), (camera.height, camera.width, 3)):
            raise ValueError(
                f"background must be [3] or [{camera.height},{camera.width},3], not {list(background.shape)}."
            )
        background = background.detach().to(gaussians.positions)
    low_pass = MIP_VARIANCE if is_antialiased else LOW_PASS_VARIANCE
    means, conics, depths = project_gaussians(gaussians.positions, gaussians.covariances, camera, low_pass)
    opacities = gaussians.opacities * mip_factors(conics) if is_antialiased else gaussians.opacities
    splats = (means, conics, opacities, gaussians.colors, depths)
    if native.is_supported(means):
        return _Draw.apply(*splats, background, (camera.width, camera.height), transmittance_min)
    return draw_tiles(*splats, background, (camera.width, camera.height))


_TOO_LARGE = (
    "There is no memory for so many splats in so many tiles: training has diverged, or scales are not in metres."
)


class _Draw(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, *inputs: Any) -> Tensor:
        *splats, background, (width, height), transmittance_min = inputs
        splats = [tensor.contiguous() for tensor in splats]
        background = None if background is None else background.contiguous()
        dtype = splats[0].dtype
        image = splats[0].new_empty(height, width, 4)
        sizes = (len(splats[0]), native.threads(), width, height)
        behind = (background, int(background is not None and background.ndim == 3))
        rules = native.drawing_rules(transmittance_min)
        pointer = native.call("draw", dtype, *sizes, rules, *splats, *behind, image, result=ctypes.c_void_p)
        if pointer is None:
            raise MemoryError(_TOO_LARGE)
        ctx.drawing = native.Drawing(pointer, dtype)
        ctx.behind = behind
        ctx.count = len(splats[0])
        ctx.save_for_backward(image)
        return image

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        (image,) = ctx.saved_tensors
        outgoing = [image.new_zeros(ctx.count, *row) for row in ((2,), (3,), (), (3,))]
        arrays = (*ctx.behind, image, gradients[0].contiguous(), *outgoing)
        count = native.threads()
        if ctx.count > 0 and not native.call(
            "draw_gradient", image.dtype, ctx.drawing.pointer, count, *arrays, result=ctypes.c_void_p
        ):
            raise MemoryError(_TOO_LARGE)
        return *outgoing, None, None, None, None
