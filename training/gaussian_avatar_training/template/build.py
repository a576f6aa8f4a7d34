"""A subject → an atlas → `template.npz`."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..checkpoint import write_atomically
from .packing import pack
from .regions import ATLAS_EXPRESSION, Region, Spacings, find_regions
from .shapes import first_covariances, scales_and_rotations
from .subject import Subject, sample_texture
from .tile import Tile, make_tile

ALBEDO_SHARE = 0.85
"""First colour as a share of the albedo: about what a lit surface shows."""

COARSER = 1.06
"""Factor of all spacings but the body's, when the tiles do not fit."""

ATTEMPTS = 12


@dataclass(frozen=True)
class Template:
    """The arrays of `template.npz`, by name, and its `meta`."""

    arrays: dict[str, np.ndarray]
    meta: dict

    def save(self, path: Path) -> None:
        """Writes the file; what was there before stays until the new one is complete."""
        meta = np.frombuffer(json.dumps(self.meta).encode(), np.uint8)
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **self.arrays, meta=meta)
        write_atomically(path, buffer.getbuffer())


def build_template(subject: Subject, size: int, spacings: Spacings, info: dict) -> Template:
    """Lays a subject out.

    Args:
        subject: the character
        size: side of a map, texels
        spacings: metres between texels; all but the body's grow until the tiles fit
        info: licence, notices and credits

    Raises:
        ValueError: when the tiles do not fit at all
    """
    vertices = subject.posed(ATLAS_EXPRESSION)
    for _ in range(ATTEMPTS):
        tiles = [make_tile(subject, region, vertices, region.spacing) for region in find_regions(subject, spacings)]
        # The outline that is hardest to place comes first, the body itself ahead of all.
        tiles = tiles[:1] + sorted(tiles[1:], key=lambda tile: -tile.mask.size)
        places = pack([tile.mask for tile in tiles], size)
        if places is not None:
            return _gather(subject, tiles, places, size, vertices, info)
        finer = {name: getattr(spacings, name) * COARSER for name in vars(spacings) if name != "body"}
        spacings = replace(spacings, **finer)
    raise ValueError(
        f"The subject does not fit into maps of {size} texels at {spacings.body * 1000:.1f} mm: "
        "give a larger --size or --body-spacing."
    )


def _gather(
    subject: Subject,
    tiles: list[Tile],
    places: list[tuple[int, int]],
    size: int,
    vertices: np.ndarray,
    info: dict,
) -> Template:
    texels, triangles, weights, layers = [], [], [], []
    for layer, (tile, (row, column)) in enumerate(zip(tiles, places, strict=True)):
        for index, side in enumerate(tile.sides):
            v, u = np.nonzero(side.triangles >= 0)
            texels.append((v + row) * 2 * size + u + column + index * size)
            triangles.append(side.triangles[v, u])
            weights.append(side.barycentrics[v, u])
            layers.append(np.full(len(v), layer))
    order = np.argsort(np.concatenate(texels))
    points = _Points(
        subject,
        np.concatenate(triangles)[order],
        np.concatenate(weights)[order],
        np.concatenate(layers)[order],
        [tile.region for tile in tiles],
    )
    texel = np.concatenate(texels)[order]
    arrays = {"texels": texel.astype(np.uint32), **points.arrays(vertices)}
    joints = [
        {"name": name, "parent": parent}
        for name, parent in zip(subject.joint_names, subject.joint_parents, strict=True)
    ]
    meta = {
        "version": 1,
        "mapSize": size,
        "joints": joints,
        "expressions": subject.expressions,
        "layers": [tile.region.name for tile in tiles],
        "spacings": [tile.region.spacing for tile in tiles],
        **info,
    }
    return Template(arrays, meta)


@dataclass(frozen=True)
class _Points:
    """Points of a subject's surface, a texel each."""

    subject: Subject
    triangles: np.ndarray
    weights: np.ndarray
    layers: np.ndarray
    regions: list[Region]

    def arrays(self, atlas: np.ndarray) -> dict[str, np.ndarray]:
        subject = self.subject
        spacing = np.array([region.spacing for region in self.regions])[self.layers]
        normals = self._mix(subject.normals)
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
        covariances = first_covariances(self._tangents(atlas, spacing), normals, spacing)
        scales, rotations = scales_and_rotations(covariances)
        opacity = np.array([region.opacity for region in self.regions])[self.layers]
        joints, weights = self._skin()
        deltas = (
            np.stack([self._mix(delta.astype(np.float64)) for delta in subject.morph_deltas])
            if len(subject.morph_deltas)
            else np.zeros((0, len(self.layers), 3))
        )
        return {
            "positions": self._mix(subject.vertices).astype(np.float32),
            "normals": normals.astype(np.float32),
            "spacings": spacing.astype(np.float32),
            "joints": joints.astype(np.uint16),
            "weights": weights.astype(np.float32),
            "layers": self.layers.astype(np.uint8),
            "opacities": _logit(opacity).astype(np.float32),
            "scales": scales.astype(np.float32),
            "rotations": rotations.astype(np.float32),
            "colors": _logit(self._colors()).astype(np.float32),
            "rest_joints": subject.rest_joints.astype(np.float32),
            "morph_deltas": deltas.astype(np.float16),
        }

    def _mix(self, of_vertices: np.ndarray) -> np.ndarray:
        corners = of_vertices[self.subject.triangles[self.triangles]]
        return np.einsum("nk,nkc->nc", self.weights, corners.astype(np.float64))

    def _tangents(self, atlas: np.ndarray, spacing: np.ndarray) -> np.ndarray:
        """How the point at rest moves from one texel to the next, [N,2,3] metres."""
        corners = self.subject.triangles[self.triangles]
        views = np.stack([region.view for region in self.regions])[self.layers]
        seen = np.einsum("nab,nkb->nka", views[:, :2], atlas[corners])
        edges = (seen[:, 1:] - seen[:, :1]) / spacing[:, None, None]
        rest = self.subject.vertices[corners].astype(np.float64)
        return np.linalg.inv(edges) @ (rest[:, 1:] - rest[:, :1])

    def _skin(self) -> tuple[np.ndarray, np.ndarray]:
        """The four joints that move each point most, [N,4], and their weights."""
        subject = self.subject
        corners = subject.triangles[self.triangles]
        dense = np.zeros((len(self.triangles), len(subject.joint_names)))
        rows = np.arange(len(self.triangles))
        for corner in range(3):
            for slot in range(subject.skin_joints.shape[1]):
                share = self.weights[:, corner] * subject.skin_weights[corners[:, corner], slot]
                np.add.at(dense, (rows, subject.skin_joints[corners[:, corner], slot]), share)
        joints = np.argsort(-dense, axis=1, kind="stable")[:, :4]
        weights = np.maximum(np.take_along_axis(dense, joints, 1), 0)
        return joints, weights / weights.sum(1, keepdims=True)

    def _colors(self) -> np.ndarray:
        """First colours, [N,3] sRGB."""
        if self.subject.vertex_colors is not None:
            return self._mix(self.subject.vertex_colors)
        uvs = self._mix(self.subject.uvs)
        parts = self.subject.triangle_parts[self.triangles]
        colors = np.ones((len(uvs), 3))
        for index, part in enumerate(self.subject.parts):
            of_part = parts == index
            colors[of_part] = sample_texture(part.texture, uvs[of_part])[:, :3]
        return ALBEDO_SHARE * colors


def _logit(share: np.ndarray) -> np.ndarray:
    held = np.clip(share, 0.01, 0.99)
    return np.log(held / (1 - held))
