"""The mesh stage: the character's own expressions teach the networks how points move, before any picture."""

from __future__ import annotations

import time

import torch
from torch import Tensor

from .head_model import HeadModel
from .networks import encode
from .points import HeadPoints

CODES, ROWS = 4, 4000
"""Codes, and points of each, a step."""

RATE = 2e-3


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
        # Places where little moves are many: those that move count more.
        way = self.deltas.norm(dim=2).amax(0)
        self.weights = 0.3 + (way / 0.005).clamp(max=1)

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
            for code in self._codes(random):
                rows = torch.randint(len(encoded), (ROWS,), generator=random)
                way = own.unit * own.position_gain * network(encoded[rows], code).tanh()
                # Square roots of distances: lids are to close whatever jaws do.
                misses = (way - self.targets(code, rows)).square().sum(1).add(1e-8).sqrt()
                loss = loss + 1e3 * (misses * self.weights[rows]).mean() / CODES
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
            if (step + 1) % 500 == 0:
                print(
                    f"mesh {step + 1:5} {(time.perf_counter() - begin) / 60:5.1f} min  loss {loss.item():.3f} mm",
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

    def _codes(self, random: torch.Generator) -> list[Tensor]:
        """Faces of the training, and single channels, and mixtures of two faces."""
        chosen = torch.randint(len(self.codes), (CODES,), generator=random)
        codes = [self.codes[at].clone() for at in chosen]
        size = self.codes.shape[1]
        codes[0] = torch.zeros(size)
        codes[0][torch.randint(size, (1,), generator=random)] = torch.rand(1, generator=random)
        share = torch.rand(1, generator=random)
        codes[1] = share * codes[1] + (1 - share) * codes[2]
        codes[3] = (codes[3] + codes[0]).clamp(0, 1)
        return codes
