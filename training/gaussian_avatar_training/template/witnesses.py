"""The pictures of the chosen frames, without those that cannot be right."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from ..capture import Capture, Shot
from ..crops import load_crop
from ..training_error import TrainingError
from .body import Body
from .frames import CAMERAS
from .hull import PosedPictures
from .silhouette import Silhouette, make_silhouette

BESIDE = 0.04
"""Metres that a joint may lie outside of a silhouette: fits err by about this."""

INSIDE = 0.75
"""Share of the joints in a picture that a right one has inside."""

JUDGED = 3
"""Pictures of a camera that must all be wrong before the camera is."""

STRAY = ("eye", "jaw", "index", "middle", "ring", "pinky", "thumb")
"""Joints too near the surface to judge by."""


def gather(capture: Capture, body: Body, shots: dict[int, list[Shot]]) -> tuple[list[PosedPictures], list[str]]:
    """Read pictures and judge them by the joints, which lie inside of a person.

    Args:
        capture: where from
        body: the person
        shots: pictures by frame

    Returns:
        the pictures of each frame, and what was left out and why

    Raises:
        ValueError: A camera, or most pictures, do not belong to the poses; or too few are left.
    """
    rotations = capture.poses.rotations(body.names)
    judged = [at for at, name in enumerate(body.names) if not any(word in name for word in STRAY)]
    frames, notes = [], []
    verdicts: dict[str, list[bool]] = defaultdict(list)
    for frame, listed in shots.items():
        matrices = body.skeleton.world_matrices(rotations[frame], capture.poses.translations[frame])
        joints = matrices[:, :, :3] @ body.skeleton.rest[:, :, None]
        world = joints[:, :, 0] + matrices[:, :, 3]
        good = []
        for shot in listed:
            try:
                silhouette = make_silhouette(shot, capture.camera(shot), load_crop(capture, shot))
            except TrainingError as error:
                notes.append(str(error))
                continue
            is_right = _share_inside(silhouette, world, judged) >= INSIDE
            verdicts[shot.camera].append(is_right)
            if is_right:
                good.append(silhouette)
            else:
                notes.append(f"{capture.paths(shot)[1]} shows somebody elsewhere than the pose of frame {frame}.")
        frames.append(PosedPictures(matrices, good))
    _require_right(capture, verdicts, notes)
    if sum(len(frame.silhouettes) for frame in frames) < CAMERAS:
        raise ValueError(f"{capture.folder}: fewer than {CAMERAS} usable pictures. The first that is not: {notes[0]}")
    return [frame for frame in frames if frame.silhouettes], notes


def _share_inside(silhouette: Silhouette, joints: NDArray[np.float64], judged: list[int]) -> float:
    outside = silhouette.outside(joints)
    found = outside[judged]
    if np.isnan(found).all():
        # A close-up of a hand shows fingers only; a picture of somebody that no joint is in is wrong.
        return float(not np.isnan(outside).all())
    return float((found[~np.isnan(found)] < BESIDE).mean())


def _require_right(capture: Capture, verdicts: dict[str, list[bool]], notes: list[str]) -> None:
    every = [is_right for of_camera in verdicts.values() for is_right in of_camera]
    if not every:
        raise ValueError(f"{capture.folder}: no picture of the chosen frames can be used. The first: {notes[0]}")
    if sum(every) < 0.5 * len(every):
        raise ValueError(
            f"{capture.folder}: in {len(every) - sum(every)} of {len(every)} pictures the joints of the pose lie "
            "outside of the mask: poses, calibration and masks do not belong together (or not in one unit: metres)."
        )
    for name, of_camera in verdicts.items():
        if len(of_camera) >= JUDGED and not any(of_camera):
            raise ValueError(
                f"{capture.folder}: camera {name} sees the joints outside of all of its {len(of_camera)} masks: "
                "its calibration is wrong. Calibrate it again or take it out."
            )
