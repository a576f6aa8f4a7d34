"""How a head is trained."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class HeadRates:
    """Of Adam, at the begin; all fall along a cosine, those of the refiner once more when it learns alone."""

    positions: float = 3e-4
    """Units of the networks."""
    features: float = 4e-3
    scales: float = 5e-3
    rotations: float = 2e-3
    opacities: float = 1e-2
    networks: float = 1e-3
    deformation: float = 3e-4
    """It was taught by the mesh: pictures only finish it."""
    refiner: float = 2e-3


@dataclass(frozen=True)
class HeadSettings:
    """Everything that decides the training of a head, besides capture and length."""

    seed: int = 1
    points: int = 20_000
    features: int = 16
    channels: int = 9
    """Of a Gaussian; the first three are its colour."""
    octaves: int = 6
    unit: float = 0.1
    """Metres of a unit of the networks: with six octaves the shortest wave is 2 cm."""
    position_gain: float = 0.5
    attribute_gain: float = 0.5
    color_widths: tuple[int, ...] = (64, 64)
    attribute_widths: tuple[int, ...] = (48, 48)
    deformation_widths: tuple[int, ...] = (96, 96, 96)
    capacity: int = 8
    """Of the refiner."""
    mesh_steps: int = 4000
    """Steps in which the mesh's own expressions teach the deformation."""
    rough: float = 0.25
    """Share of the training before the refiner joins in."""
    polish: float = 0.25
    """Share of the training at its end in which the refiner learns alone: it is slower than what it is given."""
    views: int = 2
    """Pictures of one frame a step."""
    rates: HeadRates = field(default_factory=HeadRates)
    last_rate: float = 0.03
    ssim: float = 0.2
    focus: float = 3.0
    """How much more pixels of eyes and mouth count."""

    def plain(self) -> dict[str, Any]:
        """Itself as plain data, to compare and to store."""
        return asdict(self)
