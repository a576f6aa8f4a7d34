"""One picture as a witness: how far a point lies outside of the person's silhouette."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, map_coordinates

from ..camera import Camera
from ..capture import Shot
from ..crops import Crop

Array = NDArray[np.float64]

FINEST = 1024
"""Pixels of the longer side of a silhouette; larger ones are made smaller."""


@dataclass(frozen=True)
class Silhouette:
    """The outline of a person in one picture."""

    shot: Shot
    camera: Camera
    """Of the whole picture."""
    origin: Array
    """[2] where the distances begin in the picture, pixels."""
    pixel: int
    """Pixels of the picture a distance."""
    distances: NDArray[np.float32]
    """[h,w] pixels of the picture from the outline, negative inside."""
    crop: Crop
    """The picture itself."""

    def project(self, points: Array) -> tuple[Array, Array]:
        """Pixels [N,2] of the whole picture and depths [N] of points [N,3] in the world."""
        seen = points @ self.camera.R.T + self.camera.T
        depths = np.maximum(seen[:, 2], self.camera.near)
        focal = np.array([self.camera.K[0, 0], self.camera.K[1, 1]])
        return seen[:, :2] / depths[:, None] * focal + self.camera.K[:2, 2], seen[:, 2]

    def outside(self, points: Array) -> Array:
        """How far points [N,3] lie outside of the silhouette: [N] metres, negative inside, NaN off the picture."""
        pixels, depths = self.project(points)
        size = np.array([self.camera.width, self.camera.height])
        seen = (pixels >= 0).all(1) & (pixels <= size).all(1) & (depths > self.camera.near)
        result = np.full(len(points), np.nan)
        places = (pixels[seen] - self.origin) / self.pixel - 0.5
        held = np.clip(places, 0, np.array(self.distances.shape[::-1]) - 1)
        beyond = self.pixel * np.linalg.norm(np.maximum(np.abs(places - held) - 0.5, 0), axis=1)
        found = map_coordinates(self.distances, held[:, ::-1].T, order=1) + beyond
        result[seen] = found * depths[seen] / self.camera.K[0, 0]
        return result


def make_silhouette(shot: Shot, camera: Camera, crop: Crop) -> Silhouette:
    """Measure the mask of a picture.

    Args:
        shot: which
        camera: of the whole picture
        crop: the part that shows the person
    """
    coverage = crop.pixels[..., 3].astype(np.float32) / 255
    pixel = -(-max(coverage.shape) // FINEST)
    # What is cut off the picture goes on behind its border: the border is no outline.
    padding = [(0, -side % pixel) for side in coverage.shape]
    coverage = np.pad(coverage, padding, mode="edge")
    height, width = coverage.shape[0] // pixel, coverage.shape[1] // pixel
    inside = coverage.reshape(height, pixel, width, pixel).mean((1, 3)) >= 0.5
    # Distances are between middles of pixels, and the outline runs half a pixel before them.
    out = np.maximum(distance_transform_edt(~inside) - 0.5, 0) if inside.any() else np.full(inside.shape, np.inf)
    depth = np.maximum(distance_transform_edt(inside) - 0.5, 0) if not inside.all() else np.full(inside.shape, np.inf)
    limit = float(max(inside.shape))
    distances = pixel * np.clip(out - depth, -limit, limit).astype(np.float32)
    return Silhouette(shot, camera, camera.K[:2, 2] - crop.camera.K[:2, 2], pixel, distances, crop)
