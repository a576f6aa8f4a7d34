"""Which frames of a capture a template is built from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..capture import Capture, Shot

MILDEST = 0.5
"""Share of the frames that may be chosen: those that are posed least, whose skinning errs least."""

CAMERAS = 3
"""Fewest pictures of a frame that say anything about its shape."""

STILL = ("pelvis", "jaw", "eye", "index", "middle", "ring", "pinky", "thumb")
"""Joints that say nothing of how a body is posed."""


def choose_frames(capture: Capture, count: int) -> list[int]:
    """Frames that are posed little, and as differently from each other as such frames are.

    Raises:
        ValueError: No frame is seen by enough cameras.
    """
    views = _views_of_frames(capture)
    frames = sorted(frame for frame, shots in views.items() if len(shots) >= CAMERAS)
    if not frames:
        raise ValueError(
            f"{capture.folder}: no frame is seen by {CAMERAS} cameras or more; a hull needs that many, better eight."
        )
    names = [name for name in capture.poses.vectors if not any(word in name for word in STILL)]
    vectors = np.concatenate([capture.poses.vectors[name][frames] for name in names], 1)
    order = np.argsort(np.linalg.norm(vectors, axis=1), kind="stable")
    mild = order[: max(count, int(MILDEST * len(order)))]
    chosen = _spread(vectors[mild], count)
    return sorted(frames[mild[at]] for at in chosen)


def shots_of(capture: Capture, frames: Sequence[int]) -> dict[int, list[Shot]]:
    """Pictures of some frames, those that are kept for measuring left out.

    Raises:
        ValueError: A frame has none.
    """
    views = _views_of_frames(capture)
    for frame in frames:
        if frame not in views:
            raise ValueError(
                f"{capture.folder} has no pictures of frame {frame} that may be trained on; it has {len(views)} such "
                f"frames, {min(views, default=0)} … {max(views, default=0)}."
            )
    return {frame: views[frame] for frame in frames}


def _views_of_frames(capture: Capture) -> dict[int, list[Shot]]:
    views: dict[int, list[Shot]] = {}
    for shot in capture.shots(held_out=False):
        views.setdefault(shot.frame, []).append(shot)
    return views


def _spread(vectors: NDArray[np.float64], count: int) -> list[int]:
    """The first, then again and again the one that is farthest from all that are chosen."""
    chosen = [0]
    nearest = np.linalg.norm(vectors - vectors[0], axis=1)
    while len(chosen) < min(count, len(vectors)):
        nearest[chosen] = -1
        chosen.append(int(np.argmax(nearest)))
        nearest = np.minimum(nearest, np.linalg.norm(vectors - vectors[chosen[-1]], axis=1))
    return chosen
