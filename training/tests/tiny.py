"""A person of a few hundred Gaussians, and captures of her, to test with."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from gaussian_avatar_training.avatar_model import AvatarModel
from gaussian_avatar_training.body_parameters import PARTS
from gaussian_avatar_training.camera import Camera
from gaussian_avatar_training.rasterizer import render
from gaussian_avatar_training.skeleton import quaternions_of_vectors
from gaussian_avatar_training.stage import camera_of_body
from gaussian_avatar_training.template_file import Template

JOINTS = [
    joint for part in ("global_orient", "body_pose", "jaw_pose", "leye_pose", "reye_pose") for joint in PARTS[part]
]
JOINTS += PARTS["left_hand_pose"] + PARTS["right_hand_pose"]
PARENTS = [-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 15, 15, 15]
PARENTS += [hand if bone == 0 else 25 + 15 * side + 3 * finger + bone - 1
            for side, hand in enumerate((20, 21)) for finger in range(5) for bone in range(3)]  # fmt: skip
LEFT_ELBOW, LEFT_SHOULDER = JOINTS.index("left_elbow"), JOINTS.index("left_shoulder")


def tiny_template(map_size: int = 16, seed: int = 1) -> Template:
    """A bent sheet with a front and a back: its left part hangs on an arm, the edge of that on a forearm."""
    random = np.random.default_rng(seed)
    rest = np.zeros((len(JOINTS), 3), np.float32)
    rest[1:] = random.uniform(-0.1, 0.1, (len(JOINTS) - 1, 3))
    rest[LEFT_SHOULDER], rest[LEFT_ELBOW] = (0.1, 0.05, 0), (0.25, 0.05, 0)
    v, u = np.mgrid[:map_size, : 2 * map_size].reshape(2, -1)
    x, y = (u % map_size + 0.5) / map_size - 0.5, 0.5 - (v + 0.5) / map_size
    kept = (np.abs(x) < 0.42) & (np.abs(y) < 0.3 + 0.1 * np.cos(7 * x))
    u, v, x, y = (values[kept] for values in (u, v, x, y))
    side = np.where(u < map_size, 1.0, -1.0)
    positions = np.stack((x, y, side * (0.05 - 0.1 * x * x)), 1)
    normals = np.stack((0.2 * x * side, 0 * x, side), 1)
    arm, forearm = np.clip((x - 0.05) / 0.1, 0, 1), np.clip((x - 0.2) / 0.1, 0, 1)
    weights = np.stack(((1 - arm), arm * (1 - forearm), arm * forearm, 0 * x), 1)
    count, spacing = len(x), 1 / map_size
    arrays = {
        "texels": (v * 2 * map_size + u).astype(np.uint32),
        "positions": positions,
        "normals": normals / np.linalg.norm(normals, axis=1, keepdims=True),
        "spacings": np.full(count, spacing),
        "joints": np.tile(np.array([0, LEFT_SHOULDER, LEFT_ELBOW, 0], np.uint16), (count, 1)),
        "weights": weights,
        "layers": (x > 0.3).astype(np.uint8),
        "opacities": np.full(count, 2.0),
        "scales": np.log(np.tile([0.55, 0.55, 0.2], (count, 1)) * spacing),
        "rotations": np.tile([0.0, 0, 0, 1], (count, 1)),
        "colors": np.zeros((count, 3)),
        "rest_joints": rest,
        "morph_deltas": np.zeros((1, count, 3)),
    }
    arrays["morph_deltas"][0, :, 1] = 0.05 * (np.abs(x + 0.2) < 0.1)
    kinds = {"morph_deltas": np.float16}
    arrays = {
        name: values.astype(kinds.get(name, np.float32)) if values.dtype == np.float64 else values
        for name, values in arrays.items()
    }
    meta = {
        "version": 1,
        "mapSize": map_size,
        "joints": [{"name": name, "parent": parent} for name, parent in zip(JOINTS, PARENTS, strict=True)],
        "expressions": ["smile"],
        "layers": ["body", "left hand"],
        "license": "CC0-1.0",
        "notices": ["A sheet of cloth."],
    }
    return Template(arrays, meta)


def save_template(path: Path, template: Template) -> Path:
    meta = np.frombuffer(json.dumps(template.meta).encode(), np.uint8)
    np.savez(path, **template.arrays, meta=meta)
    return path


def true_person(template: Template, seed: int = 2) -> AvatarModel:
    """The template in colours: stripes, and a shade that no template knows."""
    x, y = template.arrays["positions"][:, 0], template.arrays["positions"][:, 1]
    stripes = np.stack((np.sin(20 * x), np.sin(17 * y), np.cos(9 * x + 9 * y)), 1)
    arrays = template.arrays | {"colors": (2 * stripes).astype(np.float32)}
    return AvatarModel(replace(template, arrays=arrays), None, torch.Generator().manual_seed(seed))


def tiny_poses(count: int, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Rotation vectors [F,J,3] and translations [F,3]; the first is at rest."""
    random = np.random.default_rng(seed)
    vectors = np.zeros((count, len(JOINTS), 3))
    vectors[1:, [0, LEFT_SHOULDER, LEFT_ELBOW]] = random.uniform(-0.5, 0.5, (count - 1, 3, 3))
    return vectors, random.uniform(-0.05, 0.05, (count, 3))


def save_capture(folder: Path, template: Template, frames: int = 4, size: int = 48, layout: str = "studio") -> Path:
    """A capture of `true_person` by four cameras around her, the last of which, and the last frame, are held out."""
    folder.mkdir(parents=True, exist_ok=True)
    vectors, translations = tiny_poses(frames)
    smiles = np.linspace(0, 1, frames, dtype=np.float32)[:, None]
    cameras = {f"cam{at:02}": tiny_camera(0.6 * at - 0.9, size) for at in range(4)}
    _save_parameters(folder, vectors, translations)
    images, masks, ending = ("images/{}", "masks/{}", "png") if layout == "studio" else ("{}", "{}/mask/pha", "jpg")
    skeleton, model = template.skeleton, true_person(template)
    rotations = quaternions_of_vectors(vectors)
    expressions = torch.from_numpy(smiles if layout == "studio" else 0 * smiles)
    for frame in range(frames):
        root = skeleton.root_matrices(rotations[frame], translations[frame])
        body = torch.from_numpy(skeleton.body_matrices(rotations[frame]).astype(np.float32))
        with torch.no_grad():
            gaussians = model(body, expressions[frame]).gaussians
            for name, camera in cameras.items():
                picture = render(gaussians, camera_of_body(camera, root)).clamp(0, 1).mul(255).round().byte().numpy()
                if layout != "studio":
                    # A real room, which the masks take away.
                    picture[..., :3] += ((255 - picture[..., 3:]) * 0.5).astype(np.uint8)
                for path, pixels in ((images, picture[..., :3]), (masks, picture[..., 3])):
                    place = folder / path.format(name)
                    place.mkdir(parents=True, exist_ok=True)
                    Image.fromarray(pixels).save(place / f"{frame:08}.{ending}", quality=95)
    _save_cameras(folder, cameras, layout)
    if layout == "studio":
        np.save(folder / "expressions.npy", smiles)
        manifest = {
            "version": 1,
            "name": "Sheet",
            "imgSize": [size, size],
            "expressions": ["smile"],
            "cameras": {
                name: {"target": "leftHand" if name == "cam01" else "body", "split": split}
                for name, split in zip(cameras, ("train", "train", "train", "heldOut"), strict=True)
            },
            "frames": [
                {"source": "test", "split": "heldOut" if at == frames - 1 else "train", "cameras": list(cameras)}
                for at in range(frames)
            ],
        }
        (folder / "capture.json").write_text(json.dumps(manifest))
    return folder


def tiny_camera(angle: float, size: int) -> Camera:
    """A camera a metre and a half from the middle, turned about the vertical axis."""
    R = np.array([[np.cos(angle), 0, np.sin(angle)], [0, -1, 0], [np.sin(angle), 0, -np.cos(angle)]])
    K = np.array([[1.2 * size, 0, 0.5 * size], [0, 1.2 * size, 0.5 * size], [0, 0, 1]])
    return Camera.calibrated(K, R, (0, 0, 1.5), size, size)


def _save_parameters(folder: Path, vectors: np.ndarray, translations: np.ndarray) -> None:
    parts = {
        name: vectors[:, [JOINTS.index(joint) for joint in joints]].reshape(len(vectors), -1).astype(np.float32)
        for name, joints in PARTS.items()
    }
    np.savez(folder / "smpl_params.npz", **parts, transl=translations.astype(np.float32), betas=np.zeros((1, 10)))


def _save_cameras(folder: Path, cameras: dict[str, Camera], layout: str) -> None:
    def rows(camera: Camera) -> dict:
        return {"K": camera.K.ravel().tolist(), "R": camera.R.ravel().tolist(), "T": camera.T.tolist(),
                "imgSize": [camera.width, camera.height]}  # fmt: skip

    follows = "cam01" if layout == "studio" else None
    standing = {name: rows(camera) for name, camera in cameras.items() if name != follows}
    name = "calibration.json" if layout == "studio" else "calibration_full.json"
    (folder / name).write_text(json.dumps(standing))
    if follows:
        frames = len(np.load(folder / "smpl_params.npz")["transl"])
        camera = cameras[follows]
        arrays = {f"{follows}_{part}": np.stack([getattr(camera, part)] * frames) for part in "KRT"}
        np.savez(folder / "tracking_cameras.npz", **arrays)
