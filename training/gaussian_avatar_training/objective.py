"""The loss of one step."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from . import losses
from .avatar_model import Moment
from .camera import Camera
from .crops import Crop
from .rasterizer import Gaussians, render
from .settings import LossWeights
from .template_file import Template


class Objective(nn.Module):
    """How far a person is from her pictures, and from what is sound."""

    positions: Tensor
    spacings: Tensor
    scales: Tensor
    hands: Tensor

    def __init__(self, template: Template, weights: LossWeights, target_weights: dict[str, float]) -> None:
        """Prepare.

        Args:
            template: What the person was at first.
            weights: Of the parts of the loss.
            target_weights: Of pictures by what they show, where it is not 1.
        """
        super().__init__()
        self.factors, self.target_weights = weights, target_weights
        for name in ("positions", "spacings", "scales"):
            self.register_buffer(name, torch.from_numpy(template.arrays[name]).float(), persistent=False)
        hands = torch.from_numpy(template.of_layers("hand")).nonzero().flatten()
        self.register_buffer("hands", hands, persistent=False)

    def forward(self, moment: Moment, crops: list[Crop], cameras: list[Camera], backgrounds: Tensor) -> Tensor:
        """Measure.

        Args:
            moment: The person, posed as in the pictures.
            crops: Pictures of this moment.
            cameras: Theirs, in the space of the moment.
            backgrounds: [V,3] colours behind pictures and person alike: where she is not there is nothing, not black.

        Returns:
            The loss.
        """
        pictures = [
            self._picture_loss(moment.gaussians, *view) for view in zip(crops, cameras, backgrounds, strict=True)
        ]
        return torch.stack(pictures).mean() + self.soundness(moment)

    def _picture_loss(self, gaussians: Gaussians, crop: Crop, camera: Camera, background: Tensor) -> Tensor:
        truth = crop.truth(background.device)
        drawn = render(gaussians, camera, background)
        picture, coverage = drawn[..., :3].contiguous(), truth[..., 3]
        true = truth[..., :3] + (1 - coverage)[..., None] * background
        factors = self.factors
        loss = factors.l1 * losses.l1_loss(picture, true) + factors.ssim * losses.ssim_loss(picture, true)
        loss = loss + factors.mask * losses.mask_loss(drawn[..., 3], coverage)
        return self.target_weights.get(crop.target, 1.0) * loss

    def soundness(self, moment: Moment) -> Tensor:
        """Measure what no picture tells: how far she is from her template, and from what is sound."""
        raw, factors = moment.raw, self.factors
        loss = factors.offset * losses.offset_loss(raw.positions - self.positions, self.spacings)
        loss = loss + factors.growth * losses.growth_loss(raw.scales, self.scales)
        loss = loss + factors.shape * losses.shape_loss(raw.scales)
        if len(self.hands) > 0:
            loss = loss + factors.hand_opacity * losses.opacity_loss(moment.gaussians.opacities[self.hands])
        if moment.output is not None:
            loss = loss + factors.residual * losses.residual_loss(moment.output)
        return loss
