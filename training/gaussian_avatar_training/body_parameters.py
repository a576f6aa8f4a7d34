"""`smpl_params.npz`: poses of a body as published data sets store them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .skeleton import quaternions_of_vectors
from .training_error import TrainingError

_FINGERS = [f"{finger}{bone}" for finger in ("index", "middle", "pinky", "ring", "thumb") for bone in (1, 2, 3)]

PARTS = {
    "global_orient": ["pelvis"],
    "body_pose": [
        *("left_hip", "right_hip", "spine1", "left_knee", "right_knee", "spine2", "left_ankle", "right_ankle"),
        *("spine3", "left_foot", "right_foot", "neck", "left_collar", "right_collar", "head"),
        *("left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist"),
    ],
    "jaw_pose": ["jaw"],
    "leye_pose": ["left_eye"],
    "reye_pose": ["right_eye"],
    "left_hand_pose": [f"left_{finger}" for finger in _FINGERS],
    "right_hand_pose": [f"right_{finger}" for finger in _FINGERS],
}
"""Joints of each array, three numbers each."""

REQUIRED = ("global_orient", "body_pose", "transl")
"""Arrays that every capture has; joints of others are at rest where they are missing."""


@dataclass(frozen=True)
class BodyParameters:
    """Poses of F frames."""

    vectors: dict[str, NDArray[np.float64]]
    """[F,3] rotation vectors by the names of joints."""
    translations: NDArray[np.float64]
    """[F,3] metres from where the root is at rest."""

    def __len__(self) -> int:
        return len(self.translations)

    def rotations(self, joints: list[str]) -> NDArray[np.float64]:
        """Local rotations [F,J,4] x y z w of joints by name; those that are not known are at rest."""
        rest = np.zeros((len(self), 3))
        # Some files tell the eyes of SMPL-X from those of SMPL-H by an ending.
        known = [self.vectors.get(joint.removesuffix("_smplhf"), rest) for joint in joints]
        return quaternions_of_vectors(np.stack(known, 1))


def read_body_parameters(path: Path) -> BodyParameters:
    """Read poses.

    Raises:
        TrainingError: The file or an array is missing, has another shape or holds NaN.
    """
    arrays = read_arrays(path)
    for name in REQUIRED:
        if name not in arrays:
            raise TrainingError(f'{path} has no "{name}"; needed are {", ".join(REQUIRED)}.')
    count = len(arrays["transl"])
    vectors = {}
    for name, joints in PARTS.items():
        if name in arrays:
            values = _require(path, name, arrays[name], (count, 3 * len(joints)))
            vectors |= {joint: values[:, 3 * at : 3 * at + 3] for at, joint in enumerate(joints)}
    return BodyParameters(vectors, _require(path, "transl", arrays["transl"], (count, 3)))


def read_arrays(path: Path) -> dict[str, NDArray]:
    """All arrays of an `.npz`, without Python objects.

    Raises:
        TrainingError: The file is missing or damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except FileNotFoundError as error:
        raise TrainingError(f"{path} is missing.") from error
    except Exception as error:  # zipfile and NumPy raise a dozen kinds
        raise TrainingError(f"{path} cannot be read as .npz ({error}). Fetch or write it again.") from error


def _require(path: Path, name: str, values: NDArray, shape: tuple[int, ...]) -> NDArray[np.float64]:
    if values.shape != shape:
        raise TrainingError(f'{path}: "{name}" has the shape {values.shape}; {shape} is expected.')
    bad = np.flatnonzero(~np.isfinite(values).all(1))
    if len(bad) > 0:
        raise TrainingError(
            f'{path}: "{name}" is not a number in {len(bad)} of {len(values)} frames, the first is {bad[0]}. '
            "Leave those frames out or fit them again."
        )
    return values.astype(np.float64)
