"""What a training is held to besides its pictures."""

from __future__ import annotations

import math
from dataclasses import replace

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


NOTHING = LossWeights(l1=0, ssim=0, mask=0, offset=0, growth=0, shape=0, residual=0, hand_opacity=0)


@pytest.mark.parametrize(
    ("weights", "name", "change", "cost"),
    [
        (replace(NOTHING, offset=1), "positions", 2, 0),
        (replace(NOTHING, offset=1), "positions", 5, 4),
        (replace(NOTHING, growth=1), "scales", 1, 0),
        (replace(NOTHING, growth=1), "scales", 3, 4),
    ],
)
def test_leaving_the_template_costs_what_goes_too_far(
    weights: LossWeights, name: str, change: float, cost: float
) -> None:
    template = tiny_template()
    model = AvatarModel(template, NetworkShape(size=8, widths=(4, 6)), torch.Generator().manual_seed(1))
    objective = Objective(template, weights, {})
    unit = torch.from_numpy(template.arrays["spacings"])[:, None] / math.sqrt(3) if name == "positions" else 1
    with torch.no_grad():
        getattr(model, name).add_(change * unit)
    loss = objective.soundness(moment(model))
    loss.backward()
    assert loss.item() == pytest.approx(cost, rel=1e-4)
    assert bool(getattr(model, name).grad.isfinite().all())
