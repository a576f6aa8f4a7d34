"""Writes the person that the tests of the run time convert and draw: `python training/tests/make_tiny_model.py`."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch
from tiny import tiny_camera, tiny_poses, tiny_template, true_person

from gaussian_avatar_training.avatar_model import AvatarModel, NetworkShape
from gaussian_avatar_training.export import Sample, export_model
from gaussian_avatar_training.pose_space import fit_pose_space
from gaussian_avatar_training.skeleton import quaternions_of_vectors
from gaussian_avatar_training.template_file import Template

FIXTURE = Path(__file__).parents[2] / "test/fixtures/training/tiny.model.npz"
SHAPE = NetworkShape(size=8, widths=(6, 8, 10))
PICTURE = 64
SIGMA = 3.0


def tiny_person(template: Template) -> AvatarModel:
    """A person whose network changes much: everything that it can change shows in her pictures."""
    random = torch.Generator().manual_seed(6)
    model = AvatarModel(template, SHAPE, random)
    with torch.no_grad():
        model.colors.copy_(true_person(template).colors)
        model.positions.add_(0.004 * torch.randn(model.positions.shape, generator=random))
        model.rotations.add_(0.3 * torch.randn(model.rotations.shape, generator=random))
        for parameter in model.network.out.parameters():
            parameter.normal_(0, 1, generator=random)
    return model


def tiny_samples() -> list[Sample]:
    """Two bent poses, seen from the left and from behind."""
    vectors, translations = tiny_poses(3)
    angles = (0.5, 2.6)
    return [
        Sample(quaternions_of_vectors(vectors[at + 1]), translations[at + 1], tiny_camera(angles[at], PICTURE))
        for at in range(2)
    ]


def write_tiny_model(path: Path) -> None:
    """Writes `model.npz` of the tiny person."""
    template = tiny_template(map_size=24)
    model = tiny_person(template)
    bodies = template.skeleton.body_matrices(quaternions_of_vectors(tiny_poses(12)[0])).astype(np.float32)
    space = fit_pose_space(torch.stack([model.see(torch.from_numpy(body)) for body in bodies]), 6)
    training = {"command": "make_tiny_model.py", "seed": 6, "steps": 0, "seconds": 0, "pictures": 0}
    path.parent.mkdir(parents=True, exist_ok=True)
    meta = {"name": "Sheet", "training": training}
    export_model(path, model, template, SHAPE, tiny_samples(), meta, (space, SIGMA), is_packed=True)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else FIXTURE
    write_tiny_model(target)
    print(f"{target}: {target.stat().st_size} bytes")
