"""A head as the run time makes it of an expression code."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from ..camera import Camera
from ..projection import blend_matrices, pose_gaussians
from ..rasterizer import Gaussians, render
from .networks import Perceptron, Refiner, encode
from .points import HeadPoints, first_shapes
from .settings import HeadSettings

ATTRIBUTES = 8
"""Changes that attribute networks make: scale 3, rotation 4, opacity 1."""

FIRST_OPACITY = 2.0
"""Logit."""

COLOR_REACH = 0.65
"""What a feature of ±1 adds to a colour of a half at first: a little more than all colours."""


class MadeHead(NamedTuple):
    """Gaussians that are not posed; metres."""

    positions: Tensor
    log_scales: Tensor
    rotations: Tensor
    opacities: Tensor
    channels: Tensor
    """[N,C]"""


class HeadModel(nn.Module):
    """Points, their features, and three networks that an expression code goes into."""

    def __init__(self, points: HeadPoints, settings: HeadSettings) -> None:
        """Begin with the mesh: flat Gaussians in the colours of its textures."""
        super().__init__()
        generator = torch.Generator().manual_seed(settings.seed)
        self.settings = settings
        count, size, code = len(points.positions), settings.features, len(points.names)
        self.register_buffer("origin", torch.from_numpy(points.positions.mean(0)))
        places = (torch.from_numpy(points.positions) - self.origin) / settings.unit
        scales, rotations = first_shapes(points)
        self.positions = nn.Parameter(places)
        self.features = nn.Parameter(_first_features(points, places, size, generator))
        self.scales = nn.Parameter(torch.from_numpy(scales - np.log(settings.unit)).float())
        self.rotations = nn.Parameter(torch.from_numpy(rotations).float())
        self.opacities = nn.Parameter(torch.full((count,), FIRST_OPACITY))
        encoded = 3 * (1 + 2 * settings.octaves)
        self.color = Perceptron((size + code, *settings.color_widths, settings.channels), generator, 0.05)
        self.attributes = Perceptron((size + code, *settings.attribute_widths, ATTRIBUTES), generator, 0.02)
        self.deformation = Perceptron((encoded + code, *settings.deformation_widths, 3), generator, 0.1)
        self.refiner = Refiner(settings.channels, settings.capacity)
        self.register_buffer("weights", torch.from_numpy(points.weights))
        self.register_buffer("joints", torch.arange(points.weights.shape[1]).repeat(count, 1))
        self._pass_features()

    def forward(self, code: Tensor) -> MadeHead:
        """Make the Gaussians of a code [K]."""
        own = self.settings
        features = self.features.tanh()
        changes = own.attribute_gain * self.attributes(features, code)
        way = own.position_gain * self.deformation(encode(self.positions, own.octaves), code).tanh()
        return MadeHead(
            self.origin + own.unit * (self.positions + way),
            self.scales + changes[:, :3] + float(np.log(own.unit)),
            self.rotations + changes[:, 3:7],
            (self.opacities + changes[:, 7]).sigmoid(),
            self.color(features, code),
        )

    def draw(self, made: MadeHead, matrices: Tensor, cameras: list[Camera]) -> list[Tensor]:
        """Pictures [1,C,S,S] of all channels over 1, of a head that joints [J,3,4] have moved."""
        blended = blend_matrices(matrices, self.joints, self.weights)
        posed = pose_gaussians(made.positions, made.log_scales, made.rotations, blended)
        return [draw_channels(*posed, made.opacities, made.channels, camera) for camera in cameras]

    def _pass_features(self) -> None:
        """Lets the first features be the channels: the input joins at the last layer of the colour network."""
        size, channels = self.settings.features, self.settings.channels
        inputs = self.color.widths[-2]
        with torch.no_grad():
            for channel in range(min(size, channels)):
                self.color.weights[-1][channel, inputs + channel] = COLOR_REACH
            self.color.biases[-1].fill_(0.5)


def draw_channels(
    positions: Tensor, covariances: Tensor, opacities: Tensor, channels: Tensor, camera: Camera
) -> Tensor:
    """Draw any number of channels [N,C], three at a time, over 1: [1,C,H,W]."""
    white = torch.ones(3)
    groups = []
    for colors in channels.split(3, 1):
        filled = torch.nn.functional.pad(colors, (0, 3 - colors.shape[1]))
        picture = render(Gaussians(positions, covariances, opacities, filled), camera, white)
        groups.append(picture[..., : colors.shape[1]])
    return torch.cat(groups, 2).permute(2, 0, 1)[None]


def _first_features(points: HeadPoints, places: Tensor, size: int, generator: torch.Generator) -> Tensor:
    """Colours, normals, places, parts, and noise: raw, before the hyperbolic tangent."""
    colors = (torch.from_numpy(points.colors) * 0.85 - 0.5) / COLOR_REACH
    known = (colors, 0.6 * torch.from_numpy(points.normals), places / 4, torch.from_numpy(points.kinds)[:, None] * 0.8)
    first = torch.cat(known, 1).clamp(-0.95, 0.95).atanh()[:, :size]
    noise = 0.3 * torch.randn(len(first), max(0, size - first.shape[1]), generator=generator)
    return torch.cat((first, noise), 1)
