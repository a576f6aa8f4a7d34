"""The mesh stage: the character's own expressions teach the networks how points move, before any picture."""

from __future__ import annotations

import time

import torch
from torch import Tensor

from .head_model import HeadModel
from .networks import encode
from .points import HeadPoints

ALONE, TOGETHER, ROWS = 4, 2, 600
"""Codes of one channel, and of faces with one more, besides the neutral one; points that channels move, and others."""

RATE = 2e-3

LEAST_REACH = 0.002
"""Metres that are added to what a channel moves, before errors are divided by it."""


class MeshStage:
    """What the deformation network is to make of a code, and how far it is from that."""

    def __init__(self, points: HeadPoints, codes: Tensor) -> None:
        """Prepare.

        Args:
            points: Of the head.
            codes: [F,K] of the frames to train with.
        """
        self.offsets = torch.from_numpy(points.neutral - points.positions)
        self.deltas = torch.from_numpy(points.deltas)
        self.codes = codes
        ways = self.deltas.norm(dim=2)
        self.reach = ways.amax(1)
        self.movers = [(way > 0.15 * most).nonzero().flatten() for way, most in zip(ways, self.reach, strict=True)]

    def targets(self, code: Tensor, rows: Tensor | slice = slice(None)) -> Tensor:
        """Metres from the points to where the mesh has them, [N,3]."""
        active = code.nonzero().flatten()
        return self.offsets[rows] + torch.einsum("k,knd->nd", code[active], self.deltas[active][:, rows])

    def train(self, model: HeadModel, steps: int, random: torch.Generator) -> None:
        """Teach the deformation network; nothing else changes."""
        own, network = model.settings, model.deformation
        optimizer = torch.optim.Adam(network.parameters(), lr=RATE, fused=True)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps, RATE / 50)
        encoded = encode(model.positions.detach(), own.octaves)
        begin = time.perf_counter()
        for step in range(steps):
            loss = 0
            for channel, code in self._codes(random):
                movers = self.movers[channel]
                if len(movers) == 0:
                    continue
                moving = movers[torch.randint(len(movers), (ROWS,), generator=random)]
                rows = torch.cat((moving, torch.randint(len(encoded), (ROWS,), generator=random)))
                way = own.unit * own.position_gain * network(encoded[rows], code).tanh()
                # As shares of what the channel moves, and squared: in metres, or by their lengths, brows and eyes cost
                # so little beside a jaw that they would never be learnt.
                share = 0.5 * self.reach[channel] + LEAST_REACH
                loss = loss + (way - self.targets(code, rows)).square().sum(1).mean() / share**2
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
            if (step + 1) % 500 == 0:
                print(
                    f"mesh {step + 1:5} {(time.perf_counter() - begin) / 60:5.1f} min  loss {loss.item():.3f}",
                    flush=True,
                )

    @torch.no_grad()
    def errors(self, model: HeadModel, codes: Tensor) -> tuple[float, float]:
        """Mean and 99 % of how far points are from the mesh, metres."""
        misses = []
        for code in codes:
            way = model(code).positions - model.origin - model.settings.unit * model.positions
            misses.append((way - self.targets(code)).norm(dim=1))
        all_misses = torch.cat(misses)
        return float(all_misses.mean()), float(all_misses[torch.randint(len(all_misses), (100_000,))].quantile(0.99))

    def _codes(self, random: torch.Generator) -> list[tuple[int, Tensor]]:
        """Channels, and codes that they are part of: alone, and added to faces. The first is neutral."""
        size, found = self.codes.shape[1], []
        for at in range(1 + ALONE + TOGETHER):
            channel = int(torch.randint(size, (), generator=random))
            face = self.codes[int(torch.randint(len(self.codes), (), generator=random))].clone()
            code = torch.zeros(size) if at <= ALONE else face
            least = 0.3 + 0.7 * float(torch.rand((), generator=random))
            code[channel] = 0 if at == 0 else max(float(code[channel]), least)
            found.append((channel, code))
        return found
