"""Makes a head look as its pictures do, step by step."""

from __future__ import annotations

import math
import time
from typing import Any

import torch
from torch import Tensor, nn

from ..losses import ssim_loss
from ..trainer import Budget
from ..training_error import TrainingError
from .head_model import HeadModel
from .mesh_stage import MeshStage
from .pictures import HeadPicture, focus_map, halve
from .points import GROUPS, HeadPoints
from .settings import HeadSettings

HEAD = list(GROUPS).index("head")

CLIP = 1.0
"""Largest norm of the gradients of the networks."""

WARM_UP = 100
"""Steps over which rates rise, of everything and again of the refiner when it joins in."""

SPREAD = 0.003
"""Metres by which a point may leave the mesh without cost."""


class HeadTrainer:
    """A training of a head between two steps."""

    def __init__(
        self,
        points: HeadPoints,
        codes: Tensor,
        pictures: list[HeadPicture],
        settings: HeadSettings,
        budget: Budget,
    ) -> None:
        """Begin.

        Args:
            points: Of the head.
            codes: [F,K] of all frames.
            pictures: To train with.
            settings: How.
            budget: How long.
        """
        self.points, self.codes, self.settings, self.budget = points, codes, settings, budget
        self.random = torch.Generator().manual_seed(settings.seed)
        self.model = HeadModel(points, settings)
        self.moments: dict[int, list[HeadPicture]] = {}
        for picture in pictures:
            self.moments.setdefault(picture.shot.frame, []).append(picture)
        self.frames = sorted(self.moments)
        self.matrices = torch.from_numpy(points.matrices)
        self.mesh = MeshStage(points, codes[self.frames])
        self.steps_done, self.seconds = 0, 0.0
        rates, model = settings.rates, self.model
        groups = [
            {"params": [getattr(model, name)], "lr": getattr(rates, name)}
            for name in ("positions", "features", "scales", "rotations", "opacities")
        ]
        networks = [*model.color.parameters(), *model.attributes.parameters()]
        groups += [
            {"params": networks, "lr": rates.networks},
            {"params": list(model.deformation.parameters()), "lr": rates.deformation},
            {"params": list(model.refiner.parameters()), "lr": rates.refiner},
        ]
        self.optimizer = torch.optim.Adam(groups, eps=1e-15, betas=(0.9, 0.99), fused=True)
        self._first_rates = [group["lr"] for group in self.optimizer.param_groups]
        self._networks = [*networks, *model.deformation.parameters(), *model.refiner.parameters()]
        self._refined_from: int | None = None

    @property
    def progress(self) -> float:
        """Share of the budget that is spent, 0…1."""
        return self.budget.progress(self.steps_done, self.seconds)

    def teach(self) -> None:
        """The mesh stage; see `mesh_stage`."""
        self.mesh.train(self.model, self.settings.mesh_steps, self.random)

    def step(self) -> float:
        """Go one step on: one frame, several of its pictures.

        Raises:
            TrainingError: Numbers have diverged; nothing is changed then.
        """
        begin = time.perf_counter()
        is_refined = self.progress >= self.settings.rough
        if is_refined and self._refined_from is None:
            self._refined_from = self.steps_done
        self._set_rates()
        loss = self._loss(is_refined, self.progress >= 1 - self.settings.polish)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        value = loss.item()
        norm = nn.utils.clip_grad_norm_(self._networks, CLIP)
        if not math.isfinite(value) or not math.isfinite(norm.item()):
            raise TrainingError(
                f"Step {self.steps_done + 1}: the loss is {value}. The training has diverged; the last checkpoint is "
                "from before that. Lower the learning rates."
            )
        self.optimizer.step()
        self.steps_done += 1
        self.seconds += time.perf_counter() - begin
        return value

    def draw(self, picture: HeadPicture, is_refined: bool) -> tuple[Tensor, Tensor | None]:
        """What the model makes of a picture: features [1,C,S/2,S/2], and the refined picture [S,S,3]."""
        return self.draw_all(picture.shot.frame, [picture], is_refined)[0]

    def draw_all(self, frame: int, pictures: list[HeadPicture], is_refined: bool) -> list[tuple[Tensor, Tensor | None]]:
        """The same of several pictures of one frame; see `draw`."""
        made = self.model(self.codes[frame])
        drawn = self.model.draw(made, self.matrices[frame], [picture.half_camera for picture in pictures])
        return [(one, self.model.refiner(one)[0].permute(1, 2, 0) if is_refined else None) for one in drawn]

    def state(self) -> dict[str, Any]:
        """Everything that the next step depends on."""
        return {
            "version": 1,
            "settings": self.settings.plain(),
            "steps": self.steps_done,
            "seconds": self.seconds,
            "model": self.model.state_dict(),
            "optimizers": [self.optimizer.state_dict()],
            "random": self.random.get_state(),
            "refined": self._refined_from,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a state.

        Raises:
            TrainingError: It is that of a training with other settings.
        """
        if state.get("version") != 1 or state.get("settings") != self.settings.plain():
            raise TrainingError(
                "The training that was begun has other settings: go on with the same, or begin anew in another folder."
            )
        try:
            self.model.load_state_dict(state["model"])
            self.optimizer.load_state_dict(state["optimizers"][0])
        except (RuntimeError, ValueError, KeyError) as error:
            raise TrainingError(f"The training that was begun does not fit its capture ({error}).") from error
        self.random.set_state(state["random"])
        self.steps_done, self.seconds, self._refined_from = state["steps"], state["seconds"], state.get("refined")

    def _loss(self, is_refined: bool, is_polish: bool) -> Tensor:
        frame = self.frames[int(torch.randint(len(self.frames), (), generator=self.random))]
        pictures = self.moments[frame]
        chosen = torch.randperm(len(pictures), generator=self.random)[: self.settings.views].tolist()
        pictures = [pictures[at] for at in chosen]
        head = self.points.matrices[frame, HEAD]
        with torch.set_grad_enabled(not is_polish):
            loss, drawn = self._hold(), self.draw_all(frame, pictures, is_refined=False)
        for picture, (features, _) in zip(pictures, drawn, strict=True):
            truth = picture.truth()
            weights = focus_map(picture.camera, self.points, head, self.settings.focus)[..., None]
            if not is_polish:
                rough = features[0, :3].permute(1, 2, 0).contiguous()
                loss = loss + self._difference(rough, halve(truth), halve(weights)) / len(pictures)
            if is_refined:
                refined = self.model.refiner(features)[0].permute(1, 2, 0).contiguous()
                loss = loss + self._difference(refined, truth, weights) / len(pictures)
        return loss

    def _difference(self, picture: Tensor, truth: Tensor, weight: Tensor) -> Tensor:
        l1 = ((picture - truth).abs() * weight).mean()
        return (1 - self.settings.ssim) * l1 + self.settings.ssim * ssim_loss(picture, truth)

    def _hold(self) -> Tensor:
        """Keeps Gaussians near the mesh and small: nothing else says what is inside of a mouth that is shut."""
        model, own = self.model, self.settings
        first = (torch.from_numpy(self.points.positions) - model.origin) / own.unit
        away = (model.positions - first).norm(dim=1) * own.unit / SPREAD
        size = model.scales + math.log(own.unit) - torch.from_numpy(self.points.spacings).log()[:, None]
        return 0.01 * (away - 1).relu().square().mean() + 0.02 * (size - 0.7).relu().square().mean()

    def _set_rates(self) -> None:
        alone = 1 - self.settings.polish
        fall, again = (
            self._fall(min(1, self.progress / alone)),
            self._fall((self.progress - alone) / max(1 - alone, 1e-9)),
        )
        rise = min(1.0, (self.steps_done + 1) / WARM_UP)
        groups = self.optimizer.param_groups
        for group, rate in zip(groups, self._first_rates, strict=True):
            group["lr"] = rate * fall * rise
        if self._refined_from is not None:
            groups[-1]["lr"] *= min(1.0, (self.steps_done - self._refined_from + 1) / WARM_UP)
            if self.progress >= alone:
                groups[-1]["lr"] = self._first_rates[-1] * again

    def _fall(self, progress: float) -> float:
        """Share of the rates that is left."""
        return self.settings.last_rate + (1 - self.settings.last_rate) * 0.5 * (1 + math.cos(math.pi * progress))
