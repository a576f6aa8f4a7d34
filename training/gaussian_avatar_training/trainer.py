"""Makes a person look as her pictures do, step by step."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from .avatar_model import WIDTHS, AvatarModel
from .crops import Crop
from .objective import Objective
from .settings import Settings
from .stage import Stage, moments_of
from .template_file import Template
from .training_error import TrainingError


@dataclass(frozen=True)
class Budget:
    """How long a training takes: steps, or minutes of training, whatever the steps take then."""

    steps: int | None = None
    minutes: float | None = None

    def progress(self, steps: int, seconds: float) -> float:
        """Share that is done, 0…1."""
        done = steps / self.steps if self.steps is not None else seconds / (60 * (self.minutes or math.inf))
        return min(1.0, done)


class Trainer:
    """A training between two steps.

    With a budget of steps on the CPU, what it does depends on nothing but its arguments: a training that is stopped and
    gone on with ends in the same bits as one that is not.

    Example:
        trainer = Trainer(template, stage, crops, Settings(), Budget(steps=6000))
        while trainer.progress < 1:
            trainer.step()
    """

    def __init__(
        self,
        template: Template,
        stage: Stage,
        crops: list[Crop],
        settings: Settings,
        budget: Budget,
        device: str = "cpu",
    ) -> None:
        """Begin a training.

        Raises:
            TrainingError: There are no pictures.
        """
        if not crops:
            raise TrainingError("There are no pictures to train with: every camera or every frame is held out.")
        self.settings, self.budget, self.stage = settings, budget, stage
        self.template = template.digest
        self.random = torch.Generator().manual_seed(settings.seed)
        self.model = AvatarModel(template, settings.network, self.random).to(device)
        self.objective = Objective(template, settings.weights, settings.target_weights).to(device)
        self.moments = list(moments_of(crops).items())
        self.steps_done, self.seconds = 0, 0.0
        self.optimizers = self._make_optimizers()
        self._first_rates = [[group["lr"] for group in optimizer.param_groups] for optimizer in self.optimizers]

    @property
    def progress(self) -> float:
        """Share of the budget that is spent, 0…1."""
        return self.budget.progress(self.steps_done, self.seconds)

    def step(self) -> float:
        """Go one step on: one moment, several of its pictures.

        Returns:
            The loss before the step.

        Raises:
            TrainingError: Numbers have diverged; nothing is changed then.
        """
        begin = time.perf_counter()
        self._set_rates()
        loss = self._loss()
        for optimizer in self.optimizers:
            optimizer.zero_grad(set_to_none=True)
        loss.backward()
        value = loss.item()
        if not math.isfinite(value):
            raise self._diverged(f"the loss is {value}")
        if self.model.network is not None and self.steps_done >= self.settings.warm_up:
            norm = nn.utils.clip_grad_norm_(self.model.network.parameters(), self.settings.clip)
            if not math.isfinite(norm.item()):
                raise self._diverged("the gradient of the network is not finite")
        for optimizer in self.optimizers:
            optimizer.step()
        self.steps_done += 1
        self.seconds += time.perf_counter() - begin
        return value

    def state(self) -> dict[str, Any]:
        """Everything that the next step depends on.

        Raises:
            TrainingError: Parameters are not finite: this is not to be kept.
        """
        for name, parameter in self.model.named_parameters():
            if not bool(parameter.isfinite().all()):
                raise self._diverged(f'"{name}" is not finite')
        return {
            "version": 1,
            "settings": self.settings.plain(),
            "template": self.template,
            "steps": self.steps_done,
            "seconds": self.seconds,
            "model": self.model.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "random": self.random.get_state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a state.

        Raises:
            TrainingError: It is that of a training with other settings, or of another template.
        """
        ours, theirs = self.settings.plain(), state.get("settings", {})
        different = [name for name in ours if ours[name] != theirs.get(name)]
        if state.get("version") != 1 or different:
            raise TrainingError(
                f"The training that was begun has other settings ({', '.join(different) or 'version'}): "
                "go on with the same, or begin anew in another folder."
            )
        if state.get("template") != self.template:
            raise TrainingError("The training that was begun is of another template: go on with the same.")
        try:
            self.model.load_state_dict(state["model"])
            for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
                optimizer.load_state_dict(saved)
        except (RuntimeError, ValueError, KeyError) as error:
            raise TrainingError(f"The training that was begun does not fit its settings ({error}).") from error
        self.random.set_state(state["random"])
        self.steps_done, self.seconds = state["steps"], state["seconds"]

    def _loss(self) -> Tensor:
        frame, crops = self.moments[int(torch.randint(len(self.moments), (), generator=self.random))]
        weights = torch.tensor([self.settings.view_weights.get(crop.target, 1.0) for crop in crops])
        chosen = torch.multinomial(weights, min(self.settings.views, len(crops)), generator=self.random)
        crops = [crops[at] for at in chosen.tolist()]
        backgrounds = torch.rand(len(crops), 3, generator=self.random).to(self.model.positions.device)
        try:
            is_base = self.steps_done < self.settings.warm_up
            moment = self.model(self.stage.body(frame), self.stage.expression(frame), is_base=is_base)
            cameras = [self.stage.camera(frame, crop.camera) for crop in crops]
            return self.objective(moment, crops, cameras, backgrounds)
        except (ValueError, MemoryError) as error:
            raise self._diverged(str(error)) from error

    def _make_optimizers(self) -> list[torch.optim.Optimizer]:
        rates, model = self.settings.rates, self.model
        groups = [{"params": [getattr(model, name)], "lr": getattr(rates, name)} for name in WIDTHS]
        # Gradients are means over pixels, far smaller than the usual epsilon.
        optimizers: list[torch.optim.Optimizer] = [torch.optim.Adam(groups, eps=1e-15, fused=True)]
        if model.network is not None:
            optimizers.append(torch.optim.AdamW(model.network.parameters(), lr=rates.network, fused=True))
        return optimizers

    def _set_rates(self) -> None:
        settings = self.settings
        fall = settings.last_rate + (1 - settings.last_rate) * 0.5 * (1 + math.cos(math.pi * self.progress))
        rise = max(0.0, min(1.0, (self.steps_done + 1 - settings.warm_up) / settings.network_warm_up))
        for optimizer, rates, share in zip(self.optimizers, self._first_rates, (fall, fall * rise), strict=False):
            for group, rate in zip(optimizer.param_groups, rates, strict=True):
                group["lr"] = rate * share

    def _diverged(self, what: str) -> TrainingError:
        return TrainingError(
            f"Step {self.steps_done + 1}: {what}. The training has diverged; the last checkpoint is from before that. "
            "Lower the learning rates, or look for pictures and poses that do not belong together."
        )
