"""Which triangles share a tile, from where the tile sees them, and how fine it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .subject import Subject

HEAD_JOINTS = ("neck", "head", "jaw", "left_eye", "right_eye")
"""Some files tell the eyes of SMPL-X from those of SMPL-H by an ending, `_smplhf`."""
FINGERS = ("wrist", "index", "middle", "pinky", "ring", "thumb")
FRONT_BACK = np.array([[1.0, 0, 0], [0, -1, 0], [0, 0, 1]])
"""Rows: right, down and towards the viewer of the front map. The back map is seen from the other side, not mirrored."""
TOP_BOTTOM = np.array([[1.0, 0, 0], [0, 0, 1], [0, 1, 0]])
"""Hands and shoes, of which a T-pose shows nothing but edges from the front."""

ATLAS_EXPRESSION = {"eyeBlinkLeft": 0.55, "eyeBlinkRight": 0.55, "jawOpen": 0.25}
"""The face as the atlas sees it: lids and lips, which are folded away at rest, get texels too."""


@dataclass(frozen=True)
class Region:
    """Triangles that share a tile."""

    name: str
    triangles: np.ndarray
    """[K] rows of the subject's triangles."""
    view: np.ndarray
    """[3,3] rows: right, down, towards the viewer."""
    spacing: float
    """Metres between texels."""
    opacity: float
    """First opacity."""
    sides: tuple[bool, bool]
    """Whether the front, and the back map, hold it."""


@dataclass(frozen=True)
class Spacings:
    """Metres between texels, by region."""

    body: float = 0.0056
    face: float = 0.0021
    hair: float = 0.0033
    hands: float = 0.003
    shoes: float = 0.005
    eyes: float = 0.0015
    mouth: float = 0.002


def find_regions(subject: Subject, spacings: Spacings) -> list[Region]:
    """Sorts the triangles into tiles, the largest region first.

    Kinds of parts decide first (hair, eyes, mouth and shoes lie apart, so that what they cover has texels of its own),
    then the joints that move a triangle most: head and neck, hands, and the rest.
    """
    kinds = np.array([part.kind for part in subject.parts])[subject.triangle_parts]
    names = subject.joint_names
    head = _share(subject, [name.removesuffix("_smplhf") in HEAD_JOINTS for name in subject.joint_names])
    left = _share(subject, [_is_hand(name, "left") for name in names])
    right = _share(subject, [_is_hand(name, "right") for name in names])
    skin = np.isin(kinds, ["body", "clothing", "lashes"])
    is_left, is_right = skin & (left > 0.5), skin & (right > 0.5)
    is_face = skin & (head > 0.5)
    foot = [
        _share(subject, [name in (f"{side}_ankle", f"{side}_foot") for name in names]) for side in ("left", "right")
    ]
    is_shoe = kinds == "shoes"
    both, front = (True, True), (True, False)
    found = [
        Region("body", skin & ~is_left & ~is_right & ~is_face, FRONT_BACK, spacings.body, 0.92, both),
        Region("face", is_face, FRONT_BACK, spacings.face, 0.92, both),
        Region("hair", kinds == "hair", FRONT_BACK, spacings.hair, 0.85, both),
        Region("left hand", is_left, TOP_BOTTOM, spacings.hands, 0.92, both),
        Region("right hand", is_right, TOP_BOTTOM, spacings.hands, 0.92, both),
        Region("left shoe", is_shoe & (foot[0] >= foot[1]), TOP_BOTTOM, spacings.shoes, 0.92, both),
        Region("right shoe", is_shoe & (foot[0] < foot[1]), TOP_BOTTOM, spacings.shoes, 0.92, both),
        Region("eyes", kinds == "eyes", FRONT_BACK, spacings.eyes, 0.92, front),
        Region("mouth", kinds == "mouth", FRONT_BACK, spacings.mouth, 0.92, front),
    ]
    return [
        Region(r.name, np.flatnonzero(r.triangles), r.view, r.spacing, r.opacity, r.sides)
        for r in found
        if r.triangles.any()
    ]


def _is_hand(name: str, side: str) -> bool:
    return name.startswith(side) and any(finger in name for finger in FINGERS)


def _share(subject: Subject, is_joint: list[bool]) -> np.ndarray:
    """How much of each triangle some joints move, [T] 0…1."""
    of_vertex = (subject.skin_weights * np.array(is_joint)[subject.skin_joints]).sum(1)
    return of_vertex[subject.triangles].mean(1)
