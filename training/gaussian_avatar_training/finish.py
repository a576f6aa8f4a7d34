"""The end of a training: figures on the whole held-out set, and the model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from .avatar_model import AvatarModel
from .capture import Capture, Shot
from .checkpoint import write_atomically
from .crops import Crop
from .evaluation import Figures, evaluate, mean_psnr, table
from .export import Sample, export_model
from .pose_space import PoseSpace, fit_pose_space
from .stage import Stage
from .template_file import Template
from .trainer import Trainer

SIGMA = 3.0
"""Deviations of the training that a pose may be off along each component."""

SAMPLES = 4
"""Held-out poses that are stored with the model."""


class ProjectedStage(NamedTuple):
    """A model whose network sees poses as the training's linear model has them."""

    model: AvatarModel
    space: PoseSpace
    sigma: float

    def __call__(self, body_matrices: Tensor, expression: Tensor | None = None) -> Any:
        """As `AvatarModel.forward`."""
        seen = self.space.project(self.model.see(body_matrices), self.sigma)
        return self.model(body_matrices, expression, seen)


@torch.no_grad()
def finish(
    folder: Path, trainer: Trainer, capture: Capture, template: Template, held_out: list[Crop], command: str
) -> None:
    """Measure and write `metrics.json` and `model.npz`.

    Raises:
        TrainingError: They cannot be written.
    """
    model = trainer.model.cpu()
    stage = Stage(capture, template, torch.device("cpu"))
    figures = evaluate(model, stage, held_out)
    print(f"held out, {len(held_out)} pictures:   {table(figures)}")
    training = {
        "command": command,
        "seed": trainer.settings.seed,
        "steps": trainer.steps_done,
        "seconds": round(trainer.seconds),
        "pictures": sum(len(crops) for _, crops in trainer.moments),
        "gaussians": len(template),
        "threads": torch.get_num_threads(),
    }
    report = {"training": training, "figures": _plain(figures)}
    poses = None
    if model.network is not None:
        space = fit_pose_space(torch.stack([model.see(stage.body(frame)) for frame, _ in trainer.moments]))
        projected = evaluate(ProjectedStage(model, space, SIGMA), stage, held_out)
        print(f"the same, poses projected:   {table(projected)}")
        report["projected"] = _plain(projected) | {"components": len(space.deviations), "sigma": SIGMA}
        # Kept only where it costs nothing: poses that differ from those of the training should stay what they are.
        poses = (space, SIGMA) if mean_psnr(projected) >= mean_psnr(figures) - 0.02 else None
        report["isProjected"] = poses is not None
    name = (capture.manifest or {}).get("name", capture.folder.resolve().name)
    path = folder / "model.npz"
    samples = sample_poses(capture, stage, held_out)
    export_model(path, model, template, trainer.settings.network, samples, {"name": name, "training": training}, poses)
    write_atomically(folder / "metrics.json", json.dumps(report, indent=1).encode())
    print(f"{path} is written.")


def sample_poses(capture: Capture, stage: Stage, held_out: list[Crop]) -> list[Sample]:
    """A few held-out poses, each with a camera that shows the whole body."""
    shots: dict[int, Shot] = {}
    for crop in held_out:
        if crop.target == "body":
            shots.setdefault(crop.shot.frame, crop.shot)
    # Cameras of one size: their pictures are stored as one array.
    sizes = [(capture.camera(shot).width, capture.camera(shot).height) for shot in shots.values()]
    chosen = [shot for shot, size in zip(shots.values(), sizes, strict=True) if size == sizes[0]]
    chosen = [chosen[at * len(chosen) // SAMPLES] for at in range(min(SAMPLES, len(chosen)))]
    return [
        Sample(stage.rotations[shot.frame], stage.translations[shot.frame], capture.camera(shot)) for shot in chosen
    ]


def _plain(figures: dict[str, Figures]) -> dict[str, Any]:
    return {name: row._asdict() for name, row in figures.items()}
