"""Which joints move a point in the T-pose, on the skin and off it: hair, skirts and the air around the body."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from .body import Body
from .diffusion import diffuse

Array = NDArray[np.float64]

WeightField = Callable[[Array], Array]
"""Points [N,3] in the T-pose → weights [N,J], rows sum to 1."""

LEAVES = {"head": (0, 0.2, 0), "foot": (0, -0.01, 0.08)}
"""What goes on behind joints that have no child, metres, by the end of their names."""

FINGERTIP = 0.8
"""What goes on behind the last joint of a finger, as a share of the bone before it."""

RIDERS = ("jaw", "eye")
"""Joints inside the head, which move no surface that a silhouette shows."""

SOFTNESS = 0.35
"""How fast a bone loses a point to a nearer one, as a share of the distance to the nearer one: at an elbow, the
weights change over about the thickness of the arm."""

NEIGHBOURS = 8
"""Points of the skin that are blended where the skin is near."""

SKIN = (0.015, 0.06)
"""Metres off the skin where its own weights begin to give way to diffused ones, and where they have."""


def weight_field(body: Body) -> WeightField:
    """Weights around a body: those of its skin, diffused into the space around it; without a skin, by nearest bones."""
    return _skin_field(body) if len(body.points) > 0 else _bone_field(body)


def _bone_field(body: Body) -> WeightField:
    starts, ends, owners = _bones(body)
    count = len(body.names)

    def weights(points: Array) -> Array:
        nearest = np.full((len(points), count), np.inf)
        for start, end, owner in zip(starts, ends, owners, strict=True):
            nearest[:, owner] = np.minimum(nearest[:, owner], segment_distances(points, start, end))
        least = nearest.min(1, keepdims=True)
        shares = np.exp(-(nearest - least) / (SOFTNESS * np.maximum(least, 1e-3)))
        return shares / shares.sum(1, keepdims=True)

    return weights


def segment_distances(points: Array, start: Array, end: Array) -> Array:
    """Distances [N] of points [N,3] from a segment, metres."""
    along = end - start
    t = np.clip((points - start) @ along / max(float(along @ along), 1e-12), 0, 1)
    return np.linalg.norm(points - start - t[:, None] * along, axis=1)


def _bones(body: Body) -> tuple[Array, Array, list[int]]:
    """Segments from joints to their children, and the joints that move them."""
    rest, parents, names = body.skeleton.rest, body.skeleton.parents, body.names
    starts, ends, owners = [], [], []
    for joint, parent in enumerate(parents):
        is_rider = any(word in names[joint] for word in RIDERS)
        if is_rider:
            continue
        if parent >= 0:
            starts.append(rest[parent])
            ends.append(rest[joint])
            owners.append(parent)
        has_child = any(p == joint and not any(word in names[j] for word in RIDERS) for j, p in enumerate(parents))
        if not has_child and parent >= 0:
            tip = next((tip for word, tip in LEAVES.items() if names[joint].endswith(word)), None)
            starts.append(rest[joint])
            ends.append(rest[joint] + (np.array(tip) if tip else FINGERTIP * (rest[joint] - rest[parent])))
            owners.append(joint)
    return np.array(starts), np.array(ends), owners


def _skin_field(body: Body) -> WeightField:
    tree = cKDTree(body.points)
    far = diffuse(body.points, body.weights)
    neighbours = min(NEIGHBOURS, len(body.points))

    def weights(points: Array) -> Array:
        distances, rows = tree.query(points, neighbours)
        distances, rows = distances.reshape(len(points), -1), rows.reshape(len(points), -1)
        shares = 1 / (distances + 1e-4) ** 2
        shares /= shares.sum(1, keepdims=True)
        near = np.zeros((len(points), body.weights.shape[1]))
        for at in range(neighbours):
            near += shares[:, at, None] * body.weights[rows[:, at]]
        off = np.clip((distances[:, :1] - SKIN[0]) / (SKIN[1] - SKIN[0]), 0, 1)
        return near + off * off * (3 - 2 * off) * (far(points) - near)

    return weights
