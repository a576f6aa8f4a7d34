"""What is known of a person's body before a picture is opened: the joints, and maybe the naked skin around them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from ..body_parameters import PARTS, read_arrays
from ..skeleton import Skeleton

Array = NDArray[np.float64]

SHAPES = 10
"""Shape coefficients that published captures store."""


@dataclass(frozen=True)
class Body:
    """Joints of a person in the T-pose, metres, y up, facing +z."""

    names: list[str]
    skeleton: Skeleton
    points: Array
    """[P,3] of the skin; none where only the joints are known."""
    weights: Array
    """[P,J] how much each joint moves them."""


def read_body(capture: Path, model: Path | None) -> Body:
    """Read the body of a capture.

    Args:
        capture: Folder; of its `subject.npz` the joints count, and the skin where it has some.
        model: The SMPL-X model in its `.npz` form, which is shaped by the `betas` of the capture; instead of the above.

    Raises:
        ValueError: Neither is there, or it is damaged.
    """
    if model is not None:
        return _shape_model(model, capture / "smpl_params.npz")
    path = capture / "subject.npz"
    if not path.exists():
        raise ValueError(
            f"{path} is missing, and without it nobody knows where the joints of {capture} are: give the SMPL-X model "
            "that the poses were fitted with (--body SMPLX_NEUTRAL.npz)."
        )
    arrays = read_arrays(path)
    try:
        joints = json.loads(arrays["meta"].tobytes())["joints"]
        names, parents = [joint["name"] for joint in joints], [int(joint["parent"]) for joint in joints]
        skeleton = Skeleton(arrays["rest_joints"].astype(np.float64), parents)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} has no joints ({error}): it needs rest_joints and, in meta, joints.") from error
    if "skin_weights" not in arrays:
        return Body(names, skeleton, np.zeros((0, 3)), np.zeros((0, len(names))))
    weights = np.zeros((len(arrays["vertices"]), len(names)))
    rows = np.arange(len(weights))[:, None]
    np.add.at(weights, (rows, arrays["skin_joints"]), arrays["skin_weights"])
    return Body(names, skeleton, arrays["vertices"].astype(np.float64), _normalise(path, weights))


def _shape_model(path: Path, parameters: Path) -> Body:
    needed = ("v_template", "shapedirs", "J_regressor", "weights", "kintree_table")
    try:
        with np.load(path, allow_pickle=False) as file:
            template, shapes, regressor, weights, tree = (np.asarray(file[name]) for name in needed)
    except (OSError, KeyError, ValueError, EOFError, BadZipFile) as error:
        raise ValueError(f"{path} is no SMPL-X model ({error}): it needs the arrays {', '.join(needed)}.") from error
    names = [name for joints in PARTS.values() for name in joints]
    betas = np.ravel(read_arrays(parameters).get("betas", np.zeros(0)))[:SHAPES]
    if regressor.shape != (len(names), len(template)) or weights.shape != regressor.shape[::-1]:
        raise ValueError(f"{path} has {len(regressor)} joints; SMPL-X has {len(names)}. SMPL and SMPL-H do not fit.")
    points = template + shapes[:, :, : len(betas)] @ betas
    parents = [-1, *(int(parent) for parent in tree[0][1:])]
    return Body(names, Skeleton(regressor @ points, parents), points, _normalise(path, weights.astype(np.float64)))


def _normalise(path: Path, weights: Array) -> Array:
    sums = weights.sum(1, keepdims=True)
    if not np.isfinite(weights).all() or (sums <= 0).any():
        bad = int(np.flatnonzero(~(sums[:, 0] > 0))[0]) if (~(sums > 0)).any() else 0
        raise ValueError(f"{path}: vertex {bad} hangs on no joint. Weight it and write the file again.")
    return weights / sums
