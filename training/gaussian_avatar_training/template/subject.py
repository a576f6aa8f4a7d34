"""The character that was captured, as the capture studio writes it (`subject.npz` and its textures)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from ..body_parameters import read_arrays

ARRAYS = ("rest_joints", "vertices", "normals", "uvs", "triangles", "triangle_parts", "skin_joints", "skin_weights")
"""Arrays that every subject has; `morph_deltas` may be absent."""

LOOSE = 0.02
"""How far the weights of a vertex may be from 1 in sum."""


@dataclass(frozen=True)
class Part:
    """A piece of the character with a material of its own."""

    name: str
    kind: str
    """body, clothing, hair, eyes, mouth, lashes or shoes."""
    alpha: str
    """opaque, mask or blend."""
    texture: np.ndarray | None
    """[H,W,4] albedo, sRGB 0…1, alpha not multiplied; None is white."""


@dataclass(frozen=True)
class Subject:
    """A character in the T-pose; metres, y up, facing +z."""

    joint_names: list[str]
    joint_parents: list[int]
    rest_joints: np.ndarray
    """[J,3]"""
    vertices: np.ndarray
    """[V,3]"""
    normals: np.ndarray
    """[V,3]"""
    uvs: np.ndarray
    """[V,2], v down."""
    triangles: np.ndarray
    """[T,3]"""
    triangle_parts: np.ndarray
    """[T]"""
    skin_joints: np.ndarray
    """[V,4]"""
    skin_weights: np.ndarray
    """[V,4], rows sum to 1."""
    expressions: list[str]
    morph_deltas: np.ndarray
    """[E,V,3] metres."""
    parts: list[Part]
    vertex_colors: np.ndarray | None = None
    """[V,3] sRGB as pictures show them, light and all; instead of textures."""

    def posed(self, weights: dict[str, float]) -> np.ndarray:
        """Vertices with some expressions, [V,3]; names that the subject lacks are left out."""
        vertices = self.vertices.astype(np.float64)
        for name, weight in weights.items():
            if name in self.expressions:
                vertices += weight * self.morph_deltas[self.expressions.index(name)].astype(np.float64)
        return vertices


def read_subject(capture: Path) -> tuple[Subject, dict]:
    """Reads `subject.npz` and `capture.json` of a capture.

    Returns:
        the subject, and what `capture.json` says (name, licence, notices, …)

    Raises:
        ValueError, TrainingError: naming the file and what is wrong with it
    """
    path = capture / "subject.npz"
    if not path.exists():
        raise ValueError(f"{path} is missing: a capture of a real person has none. Build it from the pictures instead.")
    archive = read_arrays(path)
    missing = [name for name in (*ARRAYS, "meta") if name not in archive]
    if missing:
        raise ValueError(f"{path} lacks {', '.join(missing)}. Capture the subject again.")
    arrays = {name: archive[name] for name in ARRAYS}
    meta = json.loads(bytes(archive["meta"]).decode())
    count = len(arrays["vertices"])
    deltas = archive.get("morph_deltas", np.zeros((0, count, 3), np.float16))
    for name, values in arrays.items():
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            raise ValueError(f"{path}: {name} holds NaN or infinity. Capture the subject again.")
    _check(path, arrays, meta)
    if deltas.shape != (len(meta["expressions"]), count, 3):
        raise ValueError(
            f"{path}: morph_deltas has the shape {deltas.shape} for {len(meta['expressions'])} expressions."
        )
    parts = [
        Part(part["name"], part["kind"], part["alpha"], _texture(capture, part.get("texture")))
        for part in meta["parts"]
    ]
    subject = Subject(
        joint_names=[joint["name"] for joint in meta["joints"]],
        joint_parents=[joint["parent"] for joint in meta["joints"]],
        expressions=list(meta["expressions"]),
        morph_deltas=deltas,
        parts=parts,
        **arrays,
    )
    return subject, json.loads((capture / "capture.json").read_text())


def _check(path: Path, arrays: dict[str, np.ndarray], meta: dict) -> None:
    """Requires that rows point at rows that are there, and that every vertex hangs on a joint."""
    limits = {
        "triangles": len(arrays["vertices"]),
        "triangle_parts": len(meta["parts"]),
        "skin_joints": len(meta["joints"]),
    }
    for name, limit in limits.items():
        if arrays[name].size == 0 or arrays[name].min() < 0 or arrays[name].max() >= limit:
            raise ValueError(f"{path}: {name} must hold numbers from 0 to {limit - 1}. Capture the subject again.")
    loose = np.abs(arrays["skin_weights"].sum(1) - 1) > LOOSE
    parts = arrays["triangle_parts"][loose[arrays["triangles"]].any(1)]
    if len(parts) > 0:
        names = ", ".join(meta["parts"][part]["name"] for part in np.unique(parts))
        raise ValueError(
            f"{path}: {int(loose.sum())} vertices hang on no joint, or only by a share, in the meshes {names}: "
            "weight them in the model and capture it again."
        )


def _texture(capture: Path, name: str | None) -> np.ndarray | None:
    if not name:
        return None
    path = (capture / name).resolve()
    if capture.resolve() not in path.parents:
        raise ValueError(f"{name} lies outside the capture {capture}.")
    return np.asarray(Image.open(path).convert("RGBA"), np.float32) / 255


def sample_texture(texture: np.ndarray | None, uvs: np.ndarray) -> np.ndarray:
    """Colours at texture coordinates, bilinear, repeating.

    Args:
        texture: [H,W,4] or None
        uvs: [N,2], v down

    Returns:
        [N,4]
    """
    if texture is None:
        return np.ones((len(uvs), 4), np.float32)
    height, width = texture.shape[:2]
    x = uvs[:, 0] * width - 0.5
    y = uvs[:, 1] * height - 0.5
    x0, y0 = np.floor(x).astype(int), np.floor(y).astype(int)
    fx, fy = (x - x0)[:, None], (y - y0)[:, None]

    def at(row: np.ndarray, column: np.ndarray) -> np.ndarray:
        return texture[row % height, column % width]

    top = at(y0, x0) * (1 - fx) + at(y0, x0 + 1) * fx
    bottom = at(y0 + 1, x0) * (1 - fx) + at(y0 + 1, x0 + 1) * fx
    return (top * (1 - fy) + bottom * fy).astype(np.float32)
