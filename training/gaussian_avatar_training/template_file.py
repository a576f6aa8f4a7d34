"""`template.npz`: a person's texels and their first values. See docs/captures.md."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .body_parameters import read_arrays
from .skeleton import Skeleton
from .training_error import TrainingError

ROWS = {
    "texels": (),
    "positions": (3,),
    "normals": (3,),
    "spacings": (),
    "joints": (4,),
    "weights": (4,),
    "layers": (),
    "opacities": (),
    "scales": (3,),
    "rotations": (4,),
    "colors": (3,),
}
"""Shape of one row of each array with a row a texel."""


@dataclass(frozen=True)
class Template:
    """A person before training."""

    arrays: dict[str, NDArray]
    """Those of `ROWS`, `rest_joints` [J,3] and `morph_deltas` [E,N,3]."""
    meta: dict[str, Any]
    """`mapSize`, `joints`, `expressions`, `layers`, licence and notices."""

    def __len__(self) -> int:
        return len(self.arrays["texels"])

    @property
    def joint_names(self) -> list[str]:
        """[J]."""
        return [joint["name"] for joint in self.meta["joints"]]

    @property
    def skeleton(self) -> Skeleton:
        """How its joints move each other."""
        parents = [int(joint["parent"]) for joint in self.meta["joints"]]
        return Skeleton(self.arrays["rest_joints"].astype(np.float64), parents)

    @property
    def digest(self) -> str:
        """Tells this template from others of the same size."""
        return hashlib.sha256(b"".join(self.arrays[name].tobytes() for name in sorted(self.arrays))).hexdigest()

    def of_layers(self, word: str) -> NDArray[np.bool_]:
        """[N] whether the name of a texel's layer has a word in it."""
        names = np.array([word in name for name in self.meta["layers"]], dtype=bool)
        return names[self.arrays["layers"]]


def read_template(path: Path) -> Template:
    """Read a template.

    Raises:
        TrainingError: It is missing or damaged.
    """
    arrays = read_arrays(path)
    try:
        meta = json.loads(arrays.pop("meta").tobytes())
        counts = {"J": len(meta["joints"]), "E": len(meta["expressions"]), "W": int(meta["mapSize"])}
        layers = len(meta["layers"])
        parents = [(str(joint["name"]), int(joint["parent"]))[1] for joint in meta["joints"]]
    except (KeyError, ValueError, TypeError) as error:
        raise TrainingError(f'{path}: "meta" is not that of a template ({error}). Make the template again.') from error
    count = len(arrays.get("texels", ()))
    shapes = {name: (count, *row) for name, row in ROWS.items()}
    shapes |= {"rest_joints": (counts["J"], 3), "morph_deltas": (counts["E"], count, 3)}
    for name, shape in shapes.items():
        if name not in arrays or arrays[name].shape != shape:
            found = arrays[name].shape if name in arrays else "missing"
            raise TrainingError(f'{path}: "{name}" is {found}; {shape} is expected. Make the template again.')
        if not np.isfinite(arrays[name]).all():
            raise TrainingError(f'{path}: "{name}" holds NaN or infinity. Make the template again.')
    try:
        Skeleton(arrays["rest_joints"].astype(np.float64), parents)
    except ValueError as error:
        raise TrainingError(f"{path}: {error} Make the template again.") from error
    texels = arrays["texels"].astype(np.int64)
    is_wrong = {
        "texels": count == 0 or texels.max() >= 2 * counts["W"] ** 2 or (np.diff(texels) <= 0).any(),
        "joints": count == 0 or arrays["joints"].max() >= counts["J"],
        "layers": count == 0 or arrays["layers"].max() >= layers,
        "spacings": count == 0 or arrays["spacings"].min() <= 0,
    }
    for name, wrong in is_wrong.items():
        if wrong:
            raise TrainingError(f'{path}: "{name}" has numbers out of range or order. Make the template again.')
    return Template({name: arrays[name] for name in shapes}, meta)
