"""What is trained: base values of every texel, and the network that changes them with the pose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from .maps import PoseMap, TexelReader
from .projection import blend_matrices, pose_gaussians
from .rasterizer import Gaussians
from .template_file import Template
from .unet import LiteUnet

WIDTHS = {"positions": 3, "opacities": 1, "scales": 3, "rotations": 4, "colors": 3}
"""Channels of one side of the network's output, in this order."""

GAINS = {"positions": 0.02, "opacities": 1.0, "scales": 0.3, "rotations": 0.2, "colors": 1.0}
"""What the network's output is multiplied with: metres, logits, logarithms; those of a study on one subject."""


@dataclass(frozen=True)
class NetworkShape:
    """Sizes of the network."""

    size: int = 64
    """Side of the pose map, pixels."""
    widths: tuple[int, ...] = (24, 36, 72, 96, 120)
    slope: float = 0.2


class RawGaussians(NamedTuple):
    """Gaussians at rest before the activations: raw = base + gain · output."""

    positions: Tensor
    """[N,3] metres."""
    opacities: Tensor
    """[N] logits."""
    scales: Tensor
    """[N,3] natural logarithms of metres."""
    rotations: Tensor
    """[N,4] x y z w of any length."""
    colors: Tensor
    """[N,3] logits."""


class Moment(NamedTuple):
    """The person at one moment, in the space in which her root is at rest."""

    gaussians: Gaussians
    """Posed."""
    raw: RawGaussians
    """At rest."""
    output: Tensor | None
    """[28,S,S] of the network; none without one."""


class AvatarModel(nn.Module):
    """A person who can be posed.

    Example:
        model = AvatarModel(template, NetworkShape(), generator)
        moment = model(body_matrices, expression)
        picture = render(moment.gaussians, camera)
    """

    joints: Tensor
    weights: Tensor
    normals: Tensor
    morph_rows: Tensor
    morph_deltas: Tensor

    def __init__(self, template: Template, shape: NetworkShape | None, generator: torch.Generator) -> None:
        """Make a person who looks as her template does.

        Args:
            template: Where the texels are, and their first values.
            shape: Of the network; without one the person only moves with her joints.
            generator: Where the network's first weights come from.
        """
        super().__init__()
        arrays = template.arrays
        for name in WIDTHS:
            self.register_parameter(name, nn.Parameter(_floats(arrays[name])))
        self.register_buffer("joints", torch.from_numpy(arrays["joints"].astype(np.int64)), persistent=False)
        self.register_buffer("weights", _floats(arrays["weights"]), persistent=False)
        self.register_buffer("normals", _floats(arrays["normals"]), persistent=False)
        deltas = arrays["morph_deltas"].astype(np.float32)
        moved = np.flatnonzero(np.abs(deltas).max(axis=(0, 2), initial=0) > 0)
        self.register_buffer("morph_rows", torch.from_numpy(moved), persistent=False)
        offsets = deltas[:, moved].reshape(len(deltas), 3 * len(moved))
        self.register_buffer("morph_deltas", _floats(offsets), persistent=False)
        self.network = None
        if shape is not None:
            texels, size = torch.from_numpy(arrays["texels"].astype(np.int64)), template.meta["mapSize"]
            self.pose_map = PoseMap(texels, size, shape.size)
            self.texel_reader = TexelReader(texels, size, shape.size)
            self.network = LiteUnet(widths=shape.widths, slope=shape.slope, generator=generator)

    def base(self) -> RawGaussians:
        """What every pose has in common."""
        return RawGaussians(*(getattr(self, name) for name in WIDTHS))

    def see(self, body_matrices: Tensor) -> Tensor:
        """The pose map [12,S,S] of joint matrices [J,3,4] of `Skeleton.body_matrices`."""
        return self.pose_map(self.positions, self.normals, self.blend(body_matrices))

    def forward(
        self,
        body_matrices: Tensor,
        expression: Tensor | None = None,
        pose_map: Tensor | None = None,
        is_base: bool = False,
    ) -> Moment:
        """Pose the person.

        Args:
            body_matrices: [J,3,4] of `Skeleton.body_matrices`.
            expression: [E] weights of the expression channels; none is the face at rest.
            pose_map: [12,S,S] what the network reads instead of the map of this pose.
            is_base: Whether to leave the network out.

        Returns:
            Her Gaussians in the space in which the root is at rest.
        """
        blended = self.blend(body_matrices)
        raw, output = self.base(), None
        if self.network is not None and not is_base:
            seen = self.pose_map(self.positions, self.normals, blended) if pose_map is None else pose_map
            output = self.network(seen)
            raw = _add(raw, self.texel_reader(output))
        positions = raw.positions
        if expression is not None and len(self.morph_rows) > 0:
            offsets = (expression @ self.morph_deltas).view(-1, 3)
            positions = positions.index_add(0, self.morph_rows, offsets)
        posed = pose_gaussians(positions, raw.scales, raw.rotations, blended)
        return Moment(Gaussians(*posed, raw.opacities.sigmoid(), raw.colors.sigmoid()), raw, output)

    def blend(self, body_matrices: Tensor) -> Tensor:
        """The matrix [N,3,4] of every texel, of joint matrices [J,3,4]."""
        return blend_matrices(body_matrices, self.joints, self.weights)


def _add(base: RawGaussians, changes: Tensor) -> RawGaussians:
    """Base plus gain times changes [N,14]."""
    parts = zip(base, changes.split(list(WIDTHS.values()), 1), GAINS.values(), strict=True)
    return RawGaussians(*(values + gain * change.view_as(values) for values, change, gain in parts))


def _floats(values: np.ndarray) -> Tensor:
    # A copy: what is trained must not be the memory of the template that it is held to.
    return torch.from_numpy(np.array(values, dtype=np.float32))
