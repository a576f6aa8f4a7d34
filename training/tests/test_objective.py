"""What a training is held to besides its pictures."""

from __future__ import annotations

import math

import pytest
import torch
from tiny import tiny_template

from gaussian_avatar_training.avatar_model import AvatarModel, Moment, NetworkShape
from gaussian_avatar_training.objective import Objective
from gaussian_avatar_training.settings import LossWeights


def moment(model: AvatarModel) -> Moment:
    """The person at rest."""
    count = int(model.joints.max()) + 1
    return model(torch.eye(4)[:3].expand(count, 3, 4), is_base=True)


def test_leaving_the_template_costs_what_the_distance_says() -> None:
    template = tiny_template()
    model = AvatarModel(template, NetworkShape(size=8, widths=(4, 6)), torch.Generator().manual_seed(1))
    weights = LossWeights(l1=0, ssim=0, mask=0, offset=1, growth=0, shape=0, residual=0, hand_opacity=0)
    objective = Objective(template, weights, {})
    with torch.no_grad():
        model.positions += 2 * torch.from_numpy(template.arrays["spacings"])[:, None] / math.sqrt(3)
    assert objective.soundness(moment(model)).item() == pytest.approx(4, rel=1e-4)


def test_growth_is_of_the_template() -> None:
    template = tiny_template()
    model = AvatarModel(template, NetworkShape(size=8, widths=(4, 6)), torch.Generator().manual_seed(1))
    weights = LossWeights(l1=0, ssim=0, mask=0, offset=0, growth=1, shape=0, residual=0, hand_opacity=0)
    objective = Objective(template, weights, {})
    with torch.no_grad():
        model.scales += 3
    assert objective.soundness(moment(model)).item() == pytest.approx(4, rel=1e-4)
