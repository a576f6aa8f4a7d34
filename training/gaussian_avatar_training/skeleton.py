"""Forward kinematics: rotations of joints → matrices that move what hangs on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def quaternions_of_vectors(vectors: Array) -> Array:
    """Unit quaternions [...,4] x y z w of rotation vectors [...,3] (axis times angle in radians)."""
    angles = np.linalg.norm(vectors, axis=-1, keepdims=True)
    # sin(a/2)/a, which goes to ½ as the angle goes to zero.
    shares = 0.5 * np.sinc(angles / (2 * np.pi))
    return np.concatenate([vectors * shares, np.cos(angles / 2)], axis=-1)


def matrices_of_quaternions(rotations: Array) -> Array:
    """Matrices [...,3,3] of unit quaternions [...,4] x y z w."""
    x, y, z, w = np.moveaxis(rotations, -1, 0)
    rows = (
        (1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)),
        (2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)),
        (2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)),
    )
    return np.stack([np.stack(row, -1) for row in rows], -2)


@dataclass(frozen=True)
class Skeleton:
    """A tree of joints that are not turned at rest. Joint 0 is its only root."""

    rest: Array
    """[J,3] where joints are at rest, metres."""
    parents: Sequence[int]
    """[J] parents before their children; −1 for the root."""

    def __post_init__(self) -> None:
        shape = (len(self.parents), 3)
        if self.rest.shape != shape or not np.isfinite(self.rest).all():
            raise ValueError(f"Joints at rest must be finite numbers {list(shape)}, not {list(self.rest.shape)}.")
        if not self.parents or self.parents[0] != -1:
            raise ValueError("The first joint of a skeleton must be its root, with parent −1.")
        for joint, parent in enumerate(self.parents[1:], 1):
            if not 0 <= parent < joint:
                raise ValueError(f"Joint {joint} has the parent {parent}: each but the root comes after its parent.")

    def body_matrices(self, rotations: Array) -> Array:
        """Pose the body while its root stays at rest: what the network sees of a pose.

        Args:
            rotations: [...,J,4] local rotations x y z w; that of the root counts for nothing.

        Returns:
            [...,J,3,4] rest → posed, the root's being the identity.
        """
        linear = matrices_of_quaternions(rotations)
        turns = [np.broadcast_to(np.eye(3), (*linear.shape[:-3], 3, 3))]
        places = [np.broadcast_to(self.rest[0], (*linear.shape[:-3], 3))]
        for joint, parent in enumerate(self.parents[1:], 1):
            offset = self.rest[joint] - self.rest[parent]
            places.append(turns[parent] @ offset + places[parent])
            turns.append(turns[parent] @ linear[..., joint, :, :])
        turned, placed = np.stack(turns, -3), np.stack(places, -2)
        moved = placed - (turned @ self.rest[:, :, None])[..., 0]
        return np.concatenate([turned, moved[..., None]], -1)

    def root_matrices(self, rotations: Array, translations: Array) -> Array:
        """What a pose does besides: turns and moves the whole body.

        Args:
            rotations: [...,J,4] local rotations x y z w, of which the root's counts.
            translations: [...,3] metres from where the root is at rest.

        Returns:
            [...,3,4] the space of `body_matrices` → world.
        """
        turn = matrices_of_quaternions(rotations[..., 0, :])
        moved = self.rest[0] + translations - turn @ self.rest[0]
        return np.concatenate([turn, moved[..., None]], -1)

    def world_matrices(self, rotations: Array, translations: Array) -> Array:
        """Both: [...,J,3,4] rest → world; see `body_matrices` and `root_matrices`."""
        root, body = self.root_matrices(rotations, translations)[..., None, :, :], self.body_matrices(rotations)
        placed = root[..., :3] @ body
        placed[..., 3] += root[..., 3]
        return placed
