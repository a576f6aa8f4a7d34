"""First covariances: a disc as large as the surface that its texel sees."""

from __future__ import annotations

import numpy as np

IN_PLANE = 0.3
"""Variance along the surface, in squared texels: neighbours overlap without blurring each other."""

THICKNESS = 0.22
"""Standard deviation across the surface, texels."""

STEEPEST = 3.5
"""Longest tangent, texels: where a texel sees a surface almost edge on."""


def first_covariances(tangents: np.ndarray, normals: np.ndarray, spacing: np.ndarray) -> np.ndarray:
    """Covariances of the texels.

    Args:
        tangents: [N,2,3] how the point moves from one texel to the next, right and down, metres
        normals: [N,3] unit
        spacing: [N] metres

    Returns:
        [N,3,3] square metres
    """
    lengths = np.linalg.norm(tangents, axis=2, keepdims=True)
    longest = STEEPEST * spacing[:, None, None]
    clipped = tangents * np.minimum(1, longest / np.maximum(lengths, 1e-12))
    in_plane = IN_PLANE * np.einsum("nai,naj->nij", clipped, clipped)
    across = (THICKNESS * spacing[:, None, None]) ** 2 * normals[:, :, None] * normals[:, None, :]
    return in_plane + across


def scales_and_rotations(covariances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Natural logarithms of the axes [N,3], and unit quaternions x y z w [N,4]."""
    values, vectors = np.linalg.eigh(covariances)
    # Eigenvectors may come as a reflection, which no quaternion is.
    vectors[np.linalg.det(vectors) < 0, :, 0] *= -1
    return 0.5 * np.log(np.maximum(values, 1e-12)), _quaternions(vectors)


def _quaternions(m: np.ndarray) -> np.ndarray:
    """Unit quaternions x y z w of rotation matrices [N,3,3]: of four ways to divide, the one by the largest number."""
    t = np.stack(
        [
            1 + m[:, 0, 0] - m[:, 1, 1] - m[:, 2, 2],
            1 - m[:, 0, 0] + m[:, 1, 1] - m[:, 2, 2],
            1 - m[:, 0, 0] - m[:, 1, 1] + m[:, 2, 2],
            1 + m[:, 0, 0] + m[:, 1, 1] + m[:, 2, 2],
        ],
        -1,
    )
    xy, xz, yz = m[:, 0, 1] + m[:, 1, 0], m[:, 0, 2] + m[:, 2, 0], m[:, 1, 2] + m[:, 2, 1]
    xw, yw, zw = m[:, 2, 1] - m[:, 1, 2], m[:, 0, 2] - m[:, 2, 0], m[:, 1, 0] - m[:, 0, 1]
    rows = np.stack(
        [
            np.stack([t[:, 0], xy, xz, xw], -1),
            np.stack([xy, t[:, 1], yz, yw], -1),
            np.stack([xz, yz, t[:, 2], zw], -1),
            np.stack([xw, yw, zw, t[:, 3]], -1),
        ],
        1,
    )
    chosen = rows[np.arange(len(m)), np.argmax(t, 1)]
    return chosen / np.linalg.norm(chosen, axis=1, keepdims=True)
