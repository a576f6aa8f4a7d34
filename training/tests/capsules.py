"""A person of capsules, whose silhouettes are known exactly, and captures of it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gaussian_avatar_training.body_parameters import PARTS
from gaussian_avatar_training.skeleton import Skeleton, quaternions_of_vectors

Array = NDArray[np.float64]

TREE = {
    "pelvis": (None, (0, 0.9, 0)),
    "left_hip": ("pelvis", (0.1, 0.85, 0)),
    "right_hip": ("pelvis", (-0.1, 0.85, 0)),
    "spine1": ("pelvis", (0, 1.15, 0)),
    "left_knee": ("left_hip", (0.1, 0.48, 0)),
    "right_knee": ("right_hip", (-0.1, 0.48, 0)),
    "left_ankle": ("left_knee", (0.1, 0.1, 0)),
    "right_ankle": ("right_knee", (-0.1, 0.1, 0)),
    "neck": ("spine1", (0, 1.4, 0)),
    "left_shoulder": ("spine1", (0.16, 1.34, 0)),
    "right_shoulder": ("spine1", (-0.16, 1.34, 0)),
    "head": ("neck", (0, 1.48, 0)),
    "left_elbow": ("left_shoulder", (0.42, 1.34, 0)),
    "right_elbow": ("right_shoulder", (-0.42, 1.34, 0)),
    "left_wrist": ("left_elbow", (0.66, 1.34, 0)),
    "right_wrist": ("right_elbow", (-0.66, 1.34, 0)),
}
NAMES = list(TREE)
SKELETON = Skeleton(
    np.array([place for _, place in TREE.values()], float),
    [-1 if parent is None else NAMES.index(parent) for parent, _ in TREE.values()],
)
RADII = {"pelvis": 0.11, "spine1": 0.11, "head": 0.09, "neck": 0.06, "hip": 0.07, "knee": 0.055}
RADIUS = 0.045
CAMERAS, SIDE = 10, 168
ARMS = {"left_shoulder": (0, 0, -1), "right_shoulder": (0, 0, 1)}
POSES = [
    {},
    {name: 0.7 * np.array(axis) for name, axis in ARMS.items()},
    {"left_shoulder": np.array([0, -0.6, 0]), "right_elbow": np.array([0, 0.6, 0]), "left_hip": np.array([-0.4, 0, 0])},
    {"right_shoulder": np.array([0, 0.7, 0.3]), "left_elbow": np.array([0, -0.5, 0]), "spine1": np.array([0, 0.3, 0])},
]


def capsules(matrices: Array) -> list[tuple[Array, Array, float]]:
    """Ends and radii, each moved by the joint that it begins at."""
    rest = SKELETON.rest
    bones = [(parent, rest[parent], rest[joint]) for joint, parent in enumerate(SKELETON.parents) if parent >= 0]
    bones.append((NAMES.index("head"), rest[NAMES.index("head")], rest[NAMES.index("head")] + [0, 0.12, 0]))
    moved = []
    for joint, start, end in bones:
        radius = next((r for word, r in RADII.items() if NAMES[joint].endswith(word)), RADIUS)
        turn, shift = matrices[joint, :, :3], matrices[joint, :, 3]
        moved.append((turn @ start + shift, turn @ end + shift, radius))
    return moved


def distances(points: Array) -> Array:
    """Signed distances [N] of points [N,3] from the person in the T-pose, metres."""
    least = np.full(len(points), np.inf)
    for start, end, radius in capsules(np.tile(np.eye(3, 4), (len(NAMES), 1, 1))):
        t = np.clip((points - start) @ (end - start) / ((end - start) @ (end - start)), 0, 1)
        least = np.minimum(least, np.linalg.norm(points - start - t[:, None] * (end - start), axis=1) - radius)
    return least


def save_person(folder: Path) -> Path:
    """A capture in the layout of THuman4.0, orange all over."""
    vectors = {name: np.zeros((len(POSES), 3 * len(PARTS[name]))) for name in ("global_orient", "body_pose")}
    for frame, pose in enumerate(POSES):
        for name, vector in pose.items():
            at = 3 * PARTS["body_pose"].index(name)
            vectors["body_pose"][frame, at : at + 3] = vector
    translations = np.array([[0.02 * frame, 0, 0.03] for frame in range(len(POSES))])
    folder.mkdir(parents=True)
    np.savez(folder / "smpl_params.npz", **vectors, transl=translations)
    joints = [{"name": name, "parent": int(parent)} for name, parent in zip(NAMES, SKELETON.parents, strict=True)]
    meta = np.frombuffer(json.dumps({"joints": joints}).encode(), np.uint8)
    np.savez(folder / "subject.npz", rest_joints=SKELETON.rest.astype(np.float32), meta=meta)
    calibration = {f"cam{at:02}": _camera(at) for at in range(CAMERAS)}
    (folder / "calibration.json").write_text(json.dumps(calibration))
    for frame, pose in enumerate(POSES):
        rotations = quaternions_of_vectors(np.array([pose.get(name, np.zeros(3)) for name in NAMES], float))
        posed = capsules(SKELETON.world_matrices(rotations, translations[frame]))
        for name, camera in calibration.items():
            mask = _mask(camera, posed)
            picture = np.dstack([mask, mask // 2, mask // 4])
            for kind, pixels in (("images", picture), ("masks", mask)):
                path = folder / kind / name / f"{frame:08}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(pixels).save(path)
    return folder


def _camera(at: int) -> dict:
    angle, height = 2 * np.pi * at / CAMERAS, 0.5 * (at % 3 - 0.5)
    back = np.array([np.sin(angle), height, np.cos(angle)])
    back /= np.linalg.norm(back)
    right = np.cross([0, 1, 0], back)
    right /= np.linalg.norm(right)
    R = np.stack([right, -np.cross(back, right), -back])
    T = -R @ (np.array([0, 0.85, 0]) + 3.2 * back)
    K = [1.35 * SIDE, 0, SIDE / 2, 0, 1.35 * SIDE, SIDE / 2, 0, 0, 1]
    return {"K": K, "R": R.ravel().tolist(), "T": T.tolist(), "imgSize": [SIDE, SIDE]}


def _mask(camera: dict, posed: list[tuple[Array, Array, float]]) -> NDArray[np.uint8]:
    """Pixels whose ray through the middle comes nearer to a bone than its radius."""
    R, T, focal = np.reshape(camera["R"], (3, 3)), np.array(camera["T"]), camera["K"][0]
    v, u = (np.mgrid[:SIDE, :SIDE] + 0.5 - SIDE / 2) / focal
    rays = np.stack([u, v, np.ones_like(u)], -1).reshape(-1, 3)
    rays /= np.linalg.norm(rays, axis=1, keepdims=True)
    hit = np.zeros(len(rays), bool)
    for start, end, radius in posed:
        a, e = R @ start + T, R @ (end - start)
        across = a - (rays @ a)[:, None] * rays
        along = e - (rays @ e)[:, None] * rays
        s = np.clip(-(across * along).sum(1) / np.maximum((along * along).sum(1), 1e-12), 0, 1)
        hit |= np.linalg.norm(across + s[:, None] * along, axis=1) <= radius
    return (255 * hit.reshape(SIDE, SIDE)).astype(np.uint8)
