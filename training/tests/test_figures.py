"""Losses and figures of merit against their definitions."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from gaussian_avatar_training import losses, metrics
from gaussian_avatar_training.similarity import _portable_similarity, structural_similarity


def pictures(height: int = 15, width: int = 19) -> tuple[Tensor, Tensor]:
    random = torch.Generator().manual_seed(3)
    truth = torch.rand(height, width, 3, generator=random, dtype=torch.float64)
    noise = torch.rand(height, width, 3, generator=random, dtype=torch.float64)
    return (0.8 * truth + 0.2 * noise).requires_grad_(), truth


def similarity_to_be_read(x: Tensor, y: Tensor) -> float:
    """Window by window, pixel by pixel."""
    row = [math.exp(-((i - 5) ** 2) / 4.5) for i in range(11)]
    window = torch.tensor([[a * b for a in row] for b in row], dtype=torch.float64)
    window /= window.sum()
    values = []
    for channel in range(x.shape[2]):
        for top in range(x.shape[0] - 10):
            for left in range(x.shape[1] - 10):
                a = x[top : top + 11, left : left + 11, channel]
                b = y[top : top + 11, left : left + 11, channel]
                ma, mb = (window * a).sum(), (window * b).sum()
                va, vb = (window * (a - ma) ** 2).sum(), (window * (b - mb) ** 2).sum()
                ab = (window * (a - ma) * (b - mb)).sum()
                same = (2 * ma * mb + 1e-4) * (2 * ab + 9e-4)
                values.append(float(same / ((ma**2 + mb**2 + 1e-4) * (va + vb + 9e-4))))
    return sum(values) / len(values)


def test_similarity_is_as_defined() -> None:
    picture, truth = pictures()
    expected = similarity_to_be_read(picture.detach(), truth)
    assert abs(metrics.ssim(picture, truth) - expected) < 1e-12
    assert abs(float(_portable_similarity(picture, truth).detach()) - expected) < 1e-12
    assert metrics.ssim(truth, truth) == pytest.approx(1, abs=1e-12)
    single = structural_similarity(picture.detach().float(), truth.float())
    assert abs(float(single) - expected) < 1e-5


@pytest.mark.parametrize("size", [(11, 11), (12, 30), (40, 13)])
def test_gradient_of_similarity_equals_plain_pytorch(size: tuple[int, int]) -> None:
    picture, truth = pictures(*size)
    (native,) = torch.autograd.grad(losses.ssim_loss(picture, truth), picture)
    (plain,) = torch.autograd.grad(1 - _portable_similarity(picture, truth), picture)
    assert float((native - plain).abs().max()) < 1e-13
    assert torch.autograd.gradcheck(lambda x: losses.ssim_loss(x, truth), picture, fast_mode=True)


def test_similarity_of_too_small_pictures_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least 11 × 11 pixels"):
        metrics.ssim(torch.zeros(10, 20, 3), torch.zeros(10, 20, 3))


def test_noise_ratio_of_all_and_of_a_mask() -> None:
    truth = torch.zeros(4, 5, 3)
    picture = truth.clone()
    picture[1, 2] = 0.1
    mask = torch.zeros(4, 5)
    mask[1, 1:3] = 1
    assert metrics.psnr(picture, truth) == pytest.approx(10 * math.log10(20 / 0.01), abs=1e-5)
    assert metrics.psnr(picture, truth, mask) == pytest.approx(10 * math.log10(2 / 0.01), abs=1e-5)
    assert metrics.psnr(truth, truth) == math.inf
    assert math.isnan(metrics.psnr(picture, truth, torch.zeros(4, 5)))


def test_crop_surrounds_the_mask() -> None:
    mask = torch.zeros(60, 50)
    mask[20:41, 3:6] = 0.9
    mask[50, 40] = 0.4
    assert metrics.crop_box(mask) == (slice(12, 49), slice(0, 14))
    assert metrics.crop_box(mask, margin=0) == (slice(20, 41), slice(0, 11))
    with pytest.raises(ValueError, match="empty"):
        metrics.crop_box(torch.zeros(8, 8))
    assert metrics.mask_iou(mask, mask) == 1
    assert metrics.mask_iou(mask, torch.roll(mask, 1, 1)) == pytest.approx(0.5)


def test_regularisers_cost_nothing_within_their_limits() -> None:
    log_scales = torch.tensor([[0.0, 0, 0], [0, 0, 3]])
    assert float(losses.growth_loss(log_scales, torch.zeros(2, 3), limit=1)) == pytest.approx(4 / 6)
    assert float(losses.shape_loss(log_scales)) == pytest.approx((3 - math.log(10)) ** 2 / 2, rel=1e-5)
    assert float(losses.shape_loss(log_scales, ratio=21)) == 0
    assert float(losses.opacity_loss(torch.tensor([0.5, 0.9]), floor=0.8)) == pytest.approx(0.045)
    offsets, spacings = torch.tensor([[0.015, 0, 0.020], [2.9, 0, 0]]), torch.tensor([0.005, 1])
    assert float(losses.offset_loss(offsets, spacings)) == pytest.approx(2)
    assert float(losses.offset_loss(offsets, spacings, limit=0)) == pytest.approx((25 + 2.9**2) / 2)
    assert float(losses.residual_loss(torch.tensor([1.0, 3.0]))) == 5
    assert float(losses.mask_loss(torch.ones(2, 2), torch.zeros(2, 2))) == 1
    assert float(losses.l1_loss(torch.ones(2, 2), torch.full((2, 2), 0.75))) == 0.25
