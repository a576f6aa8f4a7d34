"""A subject from nothing but pictures, masks, cameras and poses: the road for real people."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..capture import Capture
from .body import Body, read_body
from .frames import choose_frames, shots_of
from .hull import PosedPictures, carve
from .paint import paint
from .subject import Part, Subject
from .surface import make_surface, smooth, vertex_normals
from .weights import weight_field
from .witnesses import gather

SMOOTHING = 4
"""Rounds of smoothing."""

SLOTS = 4
"""Joints that move a vertex."""


@dataclass(frozen=True)
class PictureOptions:
    """How a subject is made of pictures."""

    frames: tuple[int, ...] = ()
    """Which; none: the `count` best."""
    count: int = 16
    """How many frames, where they are not named. More make the hull tighter."""
    voxel: float = 0.005
    """Metres; fingers need 5 mm or less."""
    model: Path | None = None
    """SMPL-X model in its `.npz` form, where the capture has no `subject.npz`."""


def subject_from_pictures(folder: Path, options: PictureOptions) -> tuple[Subject, dict, list[str]]:
    """Carve, weight and paint a person.

    Returns:
        the subject, what `capture.json` says, and which pictures were left out and why

    Raises:
        ValueError, TrainingError: What is wrong with the capture.
    """
    capture = Capture(folder)
    body = read_body(folder, options.model)
    chosen = list(options.frames) or choose_frames(capture, options.count)
    frames, notes = gather(capture, body, shots_of(capture, chosen))
    return carve_subject(body, frames, options.voxel), capture.manifest or {}, notes


def carve_subject(body: Body, frames: list[PosedPictures], voxel: float) -> Subject:
    """Make the subject of pictures that are read already.

    Args:
        body: joints, and maybe skin
        frames: pictures
        voxel: metres

    Raises:
        ValueError: The pictures have nothing in common.
    """
    field = weight_field(body)
    vertices, triangles = make_surface(carve(body.skeleton.rest, field, frames, voxel))
    vertices = smooth(vertices, triangles, SMOOTHING)
    weights = field(vertices)
    joints = np.argsort(-weights, axis=1, kind="stable")[:, :SLOTS]
    shares = np.take_along_axis(weights, joints, 1)
    return Subject(
        joint_names=body.names,
        joint_parents=[int(parent) for parent in body.skeleton.parents],
        rest_joints=body.skeleton.rest,
        vertices=vertices,
        normals=vertex_normals(vertices, triangles),
        uvs=np.zeros((len(vertices), 2)),
        triangles=triangles,
        triangle_parts=np.zeros(len(triangles), np.int32),
        skin_joints=joints,
        skin_weights=shares / shares.sum(1, keepdims=True),
        expressions=[],
        morph_deltas=np.zeros((0, len(vertices), 3), np.float16),
        parts=[Part("body", "body", "opaque", None)],
        vertex_colors=paint(vertices, triangles, weights, frames, voxel),
    )
