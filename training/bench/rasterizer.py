"""Prints what drawing costs: milliseconds of CPU time, the best of some runs, on one thread.

The scene is as dense as a person in a full-body picture: an upright box of 20 % × 85 % of the picture, two layers.

    python bench/rasterizer.py [--threads 1] [--runs 8]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import torch
from torch import Tensor

from gaussian_avatar_training.camera import Camera
from gaussian_avatar_training.losses import ssim_loss
from gaussian_avatar_training.projection import pose_gaussians
from gaussian_avatar_training.rasterizer import Gaussians, render

BOX = (0.36, 1.53, 0.2)
"""Metres."""


def person(count: int) -> tuple[list[Tensor], Tensor]:
    """Leaves (positions, log scales, rotations, opacities, colours) of a box of Gaussians, and their matrices."""
    random = torch.Generator().manual_seed(1)
    positions = (torch.rand(count, 3, generator=random) - 0.5) * torch.tensor(BOX)
    positions[:, 2] = torch.where(torch.rand(count, generator=random) < 0.5, BOX[2] / 2, -BOX[2] / 2)
    spacing = (BOX[0] * BOX[1] * 2 / count) ** 0.5
    log_scales = (torch.tensor([0.55, 0.55, 0.22]) * spacing).log() + 0.2 * torch.randn(count, 3, generator=random)
    rotations = torch.tensor([0, 0, 0, 1.0]) + 0.2 * torch.randn(count, 4, generator=random)
    leaves = [positions, log_scales, rotations, torch.full((count,), 0.9), torch.rand(count, 3, generator=random)]
    return [leaf.requires_grad_() for leaf in leaves], torch.eye(4)[:3].expand(count, 3, 4).contiguous()


def milliseconds(action: Callable[[], object], clock: Callable[[], float]) -> float:
    """How long it takes."""
    begin = clock()
    action()
    return 1000 * (clock() - begin)


def measure(count: int, size: int, runs: int, clock: Callable[[], float]) -> list[float]:
    """Milliseconds of: posing forward, backward; projection and drawing forward, backward; SSIM with its gradient."""
    leaves, matrices = person(count)
    camera = Camera.calibrated([size, 0, size / 2, 0, size, size / 2, 0, 0, 1], torch.eye(3), [0, 0, 1.8], size, size)
    truth = torch.rand(size, size, 3)
    best = [float("inf")] * 5
    for _ in range(runs):
        results: dict[str, object] = {}

        def pose(results: dict = results) -> None:
            results["posed"] = pose_gaussians(*leaves[:3], matrices)

        def draw(results: dict = results) -> None:
            results["inputs"] = [part.detach().requires_grad_() for part in (*results["posed"], *leaves[3:])]
            results["image"] = render(Gaussians(*results["inputs"]), camera)

        def draw_backward(results: dict = results) -> None:
            gradient = torch.ones_like(results["image"])
            results["gradients"] = torch.autograd.grad(results["image"], results["inputs"], gradient)

        def pose_backward(results: dict = results) -> None:
            torch.autograd.grad(results["posed"], leaves[:3], results["gradients"][:2])

        def compare(results: dict = results) -> None:
            picture = results["image"][..., :3].detach().requires_grad_()
            torch.autograd.grad(ssim_loss(picture, truth), picture)

        steps = (pose, draw, draw_backward, pose_backward, compare)
        pose_forward, forward, backward, pose_back, similarity = (milliseconds(step, clock) for step in steps)
        times = (pose_forward, pose_back, forward, backward, similarity)
        best = [min(pair) for pair in zip(best, times, strict=True)]
    return best


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1, help="with more than one, times are of the wall clock")
    parser.add_argument("--runs", type=int, default=8)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    clock = time.process_time if arguments.threads == 1 else time.perf_counter
    print("| Gaussians | picture | posing fwd / bwd | projecting + drawing fwd / bwd | SSIM fwd + bwd |")
    print("| --------- | ------- | ---------------- | ------------------------------ | -------------- |")
    for count in (15_000, 50_000):
        for size in (384, 512):
            a, b, c, d, e = measure(count, size, arguments.runs, clock)
            print(f"| {count} | {size}² | {a:.1f} / {b:.1f} | {c:.1f} / {d:.1f} | {e:.1f} |", flush=True)


if __name__ == "__main__":
    main()
