"""`head.npz`: what `gaussian-avatar convert lite-head` makes an avatar of. See docs/captures.md."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..checkpoint import write_atomically
from .head_model import HeadModel
from .pictures import HeadPicture
from .points import GROUPS, HeadPoints

NETWORKS = ("color", "attributes", "deformation")

SAMPLE_POINTS = 64
"""Points of which a sample has what the networks make: the file is held to them one by one, in double precision."""

SIDE = 32
"""Side of the features that the sample of the refiner is of: networks of convolutions take any."""


def export_head(
    path: Path,
    model: HeadModel,
    points: HeadPoints,
    codes: torch.Tensor,
    picture: HeadPicture,
    meta: dict[str, Any],
) -> None:
    """Write what was trained.

    Args:
        path: `head.npz`.
        model: The head.
        points: What it was made of.
        codes: [S,K] expressions of which samples are stored.
        picture: Whose features the refiner's sample is of; its side is that of all pictures.
        meta: `name`, `training`, licence, notices, and what else is to be said.

    Raises:
        TrainingError: The file cannot be written.
    """
    own = model.settings
    arrays: dict[str, NDArray] = {
        "positions": _numbers(model.positions),
        "features": _numbers(model.features.tanh()),
        "scales": _numbers(model.scales),
        "rotations": _numbers(model.rotations),
        "opacities": _numbers(model.opacities),
        "weights": points.weights,
        "rest_joints": points.joints,
        **{f"net/{name}": getattr(model, name).parameters_row().numpy() for name in NETWORKS},
        **{f"refiner/{name}": _numbers(values) for name, values in model.refiner.state_dict().items()},
        **_samples(model, codes, picture),
    }
    description = {
        **meta,
        "version": 1,
        "expressions": points.names,
        "joints": [{"name": name, "parent": at - 1} for at, name in enumerate(GROUPS)],
        "channels": own.channels,
        "octaves": own.octaves,
        "unit": own.unit,
        "origin": [float(value) for value in model.origin],
        "gains": {"position": own.position_gain, "attributes": own.attribute_gain},
        "widths": {name: getattr(model, name).widths for name in NETWORKS},
        "antialiased": True,
        "refiner": {
            "side": picture.camera.width // 2,
            "center": [float(value) for value in points.center],
            "width": points.width,
        },
    }
    arrays["meta"] = np.frombuffer(json.dumps(description).encode(), np.uint8)
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    write_atomically(path, buffer.getbuffer())


@torch.no_grad()
def _samples(model: HeadModel, codes: torch.Tensor, picture: HeadPicture) -> dict[str, NDArray]:
    rows = torch.linspace(0, len(model.positions) - 1, SAMPLE_POINTS).round().long()
    made = [model(code) for code in codes]
    features = 1 - torch.rand(1, model.settings.channels, SIDE, SIDE, generator=torch.Generator().manual_seed(1)) ** 2
    return {
        "sample/codes": _numbers(codes),
        "sample/points": rows.numpy().astype(np.uint32),
        "sample/positions": _stack(made, "positions", rows),
        "sample/scales": np.exp(_stack(made, "log_scales", rows)),
        "sample/rotations": _stack(made, "rotations", rows),
        "sample/opacities": _stack(made, "opacities", rows),
        "sample/channels": _stack(made, "channels", rows),
        "sample/features": _numbers(features),
        "sample/picture": _numbers(model.refiner(features).clamp(0, 1)),
    }


def _stack(made: list, name: str, rows: torch.Tensor) -> NDArray:
    return np.stack([_numbers(getattr(head, name)[rows]) for head in made])


def _numbers(values: torch.Tensor) -> NDArray[np.float32]:
    return np.ascontiguousarray(values.detach().numpy(), dtype=np.float32)
