"""`model.npz`: what `gaussian-avatar convert lite` makes an avatar of. See docs/captures.md."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from .avatar_model import GAINS, WIDTHS, AvatarModel, NetworkShape
from .camera import Camera
from .checkpoint import write_atomically
from .maps import POSE_CHANNELS, PoseMap
from .pose_space import PoseSpace
from .rasterizer import render
from .stage import camera_of_body
from .template_file import ROWS, Template
from .unet import LiteUnet

GAIN_NAMES = dict(zip(WIDTHS, ("position", "opacity", "scale", "rotation", "color"), strict=True))
"""What the run time calls the gains."""

NO_NETWORK = NetworkShape(size=16, widths=(1,))
"""What stands for the network of a person who has none: one of zeros. The pose map is as small as the maps allow."""


@dataclass(frozen=True)
class Sample:
    """A pose whose pose map, changes and picture are stored, so that others can be held to them."""

    rotations: NDArray[np.float64]
    """[J,4] local rotations x y z w."""
    translation: NDArray[np.float64]
    """[3] metres from where the root is at rest."""
    camera: Camera
    """All samples have cameras of one size."""


def export_model(
    path: Path,
    model: AvatarModel,
    template: Template,
    shape: NetworkShape | None,
    samples: list[Sample],
    meta: dict[str, Any],
    poses: tuple[PoseSpace, float] | None = None,
    is_packed: bool = False,
) -> None:
    """Write what was trained.

    Args:
        path: `model.npz`.
        model: The person.
        template: What she was made of.
        shape: Of her network.
        samples: Poses to hold others to.
        meta: `name`, `training`, and what else is to be said.
        poses: Linear model of the poses, and how many deviations a pose may be off.
        is_packed: Whether to pack the file, which takes a while.

    Raises:
        TrainingError: The file cannot be written.
    """
    model = model.cpu().eval()
    arrays = {name: template.arrays[name] for name in ROWS} | {
        "rest_joints": template.arrays["rest_joints"],
        "morph_deltas": template.arrays["morph_deltas"],
    }
    arrays |= {name: values.detach().numpy() for name, values in model.base()._asdict().items()}
    shape, network = (shape, model.network) if shape is not None else _zero_network(template)
    arrays |= {f"net/{name}": values.numpy() for name, values in network.state_dict().items()}
    if poses is not None:
        space, sigma = poses
        arrays |= {
            "pca/vectors": space.vectors.numpy().astype(np.uint32),
            "pca/mean": space.mean.numpy(),
            "pca/components": space.components.numpy(),
            "pca/limits": (sigma * space.deviations).numpy(),
        }
    if samples:
        arrays |= _sample_arrays(model, template, shape, network, samples)
    arrays["meta"] = np.frombuffer(json.dumps(_meta(template, shape, meta)).encode(), np.uint8)
    buffer = io.BytesIO()
    (np.savez_compressed if is_packed else np.savez)(buffer, **arrays)
    write_atomically(path, buffer.getbuffer())


def _zero_network(template: Template) -> tuple[NetworkShape, LiteUnet]:
    size = next(size for size in range(NO_NETWORK.size, 0, -1) if template.meta["mapSize"] % size == 0)
    shape = NetworkShape(size, NO_NETWORK.widths)
    return shape, LiteUnet(widths=shape.widths, generator=torch.Generator().manual_seed(0)).requires_grad_(False)


@torch.no_grad()
def _sample_arrays(
    model: AvatarModel, template: Template, shape: NetworkShape, network: LiteUnet, samples: list[Sample]
) -> dict[str, NDArray]:
    skeleton = template.skeleton
    see = PoseMap(torch.from_numpy(template.arrays["texels"].astype(np.int64)), template.meta["mapSize"], shape.size)
    inputs, outputs, pictures = [], [], []
    for sample in samples:
        body = torch.from_numpy(skeleton.body_matrices(sample.rotations).astype(np.float32))
        inputs.append(see(model.positions, model.normals, model.blend(body)))
        outputs.append(network(inputs[-1]))
        camera = camera_of_body(sample.camera, skeleton.root_matrices(sample.rotations, sample.translation))
        pictures.append((render(model(body).gaussians, camera).clamp(0, 1) * 255).round().byte())
    return {
        "sample/rotations": np.stack([sample.rotations for sample in samples]).astype(np.float32),
        "sample/translations": np.stack([sample.translation for sample in samples]).astype(np.float32),
        "sample/input": torch.stack(inputs).numpy(),
        "sample/output": torch.stack(outputs).numpy(),
        "sample/pictures": torch.stack(pictures).numpy(),
        **{f"sample/cameras_{part}": np.stack([getattr(sample.camera, part) for sample in samples]) for part in "KRT"},
    }


def _meta(template: Template, shape: NetworkShape, meta: dict[str, Any]) -> dict[str, Any]:
    return {
        **{key: template.meta[key] for key in ("license", "notices", "credits") if key in template.meta},
        **meta,
        "version": 1,
        "mapSize": template.meta["mapSize"],
        "network": {
            "size": shape.size,
            "inputChannels": POSE_CHANNELS,
            "widths": list(shape.widths),
            "slope": shape.slope,
        },
        "antialiased": True,
        "channels": ["offset", "normal"],
        "reduction": "mean",
        "gains": {GAIN_NAMES[name]: gain for name, gain in GAINS.items()},
        "joints": template.meta["joints"],
        "expressions": template.meta["expressions"],
        "layers": template.meta["layers"],
    }
