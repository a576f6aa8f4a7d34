"""Calibrated cameras."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .rules import FIELD_OF_VIEW_LIMIT

ROTATION_TOLERANCE = 1e-3
"""How far R·Rᵀ may be from 1: calibrations are written with few digits."""


@dataclass(frozen=True)
class Camera:
    """A pinhole camera in the convention of OpenCV: x right, y down, z forward; world → camera is R·p + T.

    A point in camera space is seen at (fx·x/z + cx, fy·y/z + cy) in pixels; the centre of the top left pixel is (½, ½).
    Make one with `Camera.calibrated` and a part of its picture with `Camera.window`.
    """

    K: NDArray[np.float64]
    """[3,3] pixels."""
    R: NDArray[np.float64]
    """[3,3]."""
    T: NDArray[np.float64]
    """[3] metres."""
    width: int
    """Pixels."""
    height: int
    """Pixels."""
    slope_limits: tuple[float, float]
    """Largest |x/z| and |y/z| where the projection's slope is still its own: 1.3 times those of the picture."""
    near: float = 0.01
    """Metres; nothing nearer is seen."""

    @staticmethod
    def calibrated(K: ArrayLike, R: ArrayLike, T: ArrayLike, width: int, height: int, near: float = 0.01) -> Camera:
        """Make a camera.

        Args:
            K: [3,3] or 9 numbers, pixels; no skew.
            R: [3,3] or 9 numbers.
            T: [3] metres.
            width: Of the whole picture, pixels.
            height: Of the whole picture, pixels.
            near: Metres.

        Raises:
            ValueError: It is no camera.
        """
        k, r, t = (np.array(value, dtype=np.float64) for value in (K, R, T))
        k, r, t = k.reshape(3, 3), r.reshape(3, 3), t.reshape(3)
        if not all(np.isfinite(value).all() for value in (k, r, t)) or k[0, 0] <= 0 or k[1, 1] <= 0:
            raise ValueError(f"A camera needs finite numbers and focal lengths above zero; K is {k.tolist()}.")
        if np.abs(r @ r.T - np.eye(3)).max() > ROTATION_TOLERANCE or np.linalg.det(r) < 0:
            raise ValueError(f"R must be a rotation: no scale, no mirror; it is {r.tolist()}.")
        if width <= 0 or height <= 0 or near <= 0:
            raise ValueError(f"A camera of {width} × {height} pixels, near plane {near} m: all must be above zero.")
        limits = FIELD_OF_VIEW_LIMIT * 0.5 * np.array([width, height]) / np.array([k[0, 0], k[1, 1]])
        return Camera(k, r, t, width, height, (float(limits[0]), float(limits[1])), near)

    def window(self, left: int, top: int, width: int, height: int) -> Camera:
        """The camera of a rectangle of the picture, pixels; it may reach over the border. What is drawn is the same."""
        k = self.K.copy()
        k[0, 2] -= left
        k[1, 2] -= top
        return replace(self, K=k, width=width, height=height)
