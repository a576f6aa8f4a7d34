"""How a person is trained. The numbers are those of a study on one subject unless they say otherwise."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from .avatar_model import NetworkShape


@dataclass(frozen=True)
class LearningRates:
    """Of Adam, at the begin; all fall to `Settings.last_rate` along a cosine."""

    positions: float = 2e-4
    """Metres."""
    opacities: float = 2e-2
    scales: float = 6e-3
    rotations: float = 2e-3
    colors: float = 2e-2
    network: float = 1e-3


@dataclass(frozen=True)
class LossWeights:
    """What adds up to the loss."""

    l1: float = 0.8
    ssim: float = 0.2
    mask: float = 0.1
    offset: float = 0.005
    """On texels that leave their place in the template by several spacings."""
    growth: float = 0.1
    """On axes that grow beyond e times what they were."""
    shape: float = 0.01
    """On needles and plates."""
    residual: float = 1e-3
    """On what the network adds."""
    hand_opacity: float = 1.0
    """On hands that fade: few pixels show them, and a colour that is too pale is cheaper than one that is right."""


@dataclass(frozen=True)
class Settings:
    """Everything that decides a training, besides template, capture and how long it takes."""

    seed: int = 1
    network: NetworkShape | None = field(default_factory=NetworkShape)
    """None trains base values only: a person who moves with her joints and nothing else."""
    warm_up: int = 0
    """Steps before the network joins in."""
    views: int = 3
    """Pictures of one pose a step."""
    view_weights: dict[str, float] = field(default_factory=lambda: {"face": 6.0, "upper": 1.5})
    """How often pictures are drawn by what they show, where it is not 1: faces are few, and much is in them."""
    rates: LearningRates = field(default_factory=LearningRates)
    last_rate: float = 0.05
    """Share of the learning rates that is left at the end."""
    network_warm_up: int = 50
    """Steps over which the network's rate rises."""
    clip: float = 0.1
    """Largest norm of the gradient of the network, twice its usual one. At 1.0 one odd picture moves all weights by
    thirty times their rate: three trainings of four diverged within 3,100 steps."""
    weights: LossWeights = field(default_factory=LossWeights)
    target_weights: dict[str, float] = field(default_factory=lambda: {"leftHand": 2.0, "rightHand": 2.0})
    """Of pictures by what they show, where it is not 1."""

    def plain(self) -> dict[str, Any]:
        """Itself as plain data, to compare and to store."""
        return asdict(self)
