"""The points of a head before training: drawn evenly from the mesh that was captured, more where much is to be seen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from ..capture import Capture
from ..skeleton import Skeleton
from ..template.shapes import scales_and_rotations
from ..template.subject import Subject, read_subject, sample_texture
from ..training_error import TrainingError

Array = NDArray[np.float32]

GROUPS = {"spine3": (), "neck": ("neck",), "head": ("head", "jaw", "left_eye", "right_eye")}
"""Joints of a head's file, and those of the subject that each stands for; the first stands for all the rest."""

COMBINED = "viseme_"
"""Channels of such names are combinations of the others, and no part of the code."""

OPEN = {"jawOpen": 0.5}
"""The points are laid out in this face: lips that touch would be one place to networks that see nothing else."""

DENSITIES = {"body": 0.7, "clothing": 0.3, "hair": 1.0, "eyes": 4.0, "mouth": 1.5, "lashes": 5.0, "shoes": 0.1}
"""Gaussians by area, by what a part is; of the face by `FOCUS`."""

FOCUS = 5.0
"""How much denser eyes and mouth are than the back of a head; the face between them is half of that."""

CLEAR = 0.3
"""Alpha of a texture below which there is nothing."""

CANDIDATES = 8
"""Random points for each that is kept."""


@dataclass(frozen=True)
class HeadPoints:
    """Points on the surface of a head; metres, the body in the pose of the capture, its head straight."""

    positions: Array
    """[N,3] with the face of `OPEN`: what the networks see."""
    neutral: Array
    """[N,3] with no expression."""
    deltas: Array
    """[K,N,3] what each channel moves."""
    normals: Array
    """[N,3] unit."""
    spacings: Array
    """[N] about the distance to the next."""
    colors: Array
    """[N,3] albedo, display values 0…1."""
    weights: Array
    """[N,3] of the joints of `GROUPS`."""
    kinds: Array
    """[N] −1…1 by part."""
    names: list[str]
    """[K] channels of the code."""
    joints: Array
    """[3,3] where the joints of `GROUPS` are."""
    matrices: Array
    """[F,3,3,4] how each frame moves them."""
    center: Array
    """[3] what the cameras look at while the head is straight."""
    width: float
    """Metres that a picture spans there."""
    focus: Array
    """[3,3] left eye, right eye and mouth."""


def make_points(capture: Capture, folder: Path, count: int, seed: int) -> HeadPoints:
    """Lay out the points of a head.

    Raises:
        TrainingError: The capture is none of a head.
    """
    subject, _ = read_subject(folder)
    views = {view.target for view in capture.views.values()}
    if views != {"head"} or not subject.expressions:
        raise TrainingError(
            f"{folder} is no capture of a head with expressions (it looks at {', '.join(sorted(views))}): "
            "make one with `gaussian-avatar capture hero.glb --of head`."
        )
    bounds = capture.manifest.get("bounds") if capture.manifest else None
    if bounds is None:
        raise TrainingError(
            f"{folder} does not say what of the body belongs to its head: capture it with this version."
        )
    rest, matrices, joints = _joints(capture, subject)
    random = np.random.default_rng(seed)
    names = [name for name in subject.expressions if not name.startswith(COMBINED)]
    center, radius = np.array(bounds["center"], np.float32), float(bounds["radius"])
    vertices, normals = _pose(subject, rest)
    eyes = [vertices_of(subject, name) for name in ("left_eye", "right_eye")]
    mouth = _middle_of_mouth(subject, vertices)
    focus = np.stack([*eyes, mouth]).astype(np.float32)
    faces, bary = _sample(subject, vertices, focus, center, radius, count, random)

    def mix(values: np.ndarray) -> np.ndarray:
        return np.einsum("nk,nkd->nd", bary, values[subject.triangles[faces]].astype(np.float64))

    deltas = np.stack([mix(subject.morph_deltas[subject.expressions.index(name)]) for name in names])
    neutral = mix(vertices)
    opened = neutral + sum(weight * deltas[names.index(name)] for name, weight in OPEN.items() if name in names)
    normal = mix(normals)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    parts = subject.triangle_parts[faces]
    uvs, colors = mix(subject.uvs), np.ones((len(faces), 3))
    for at, part in enumerate(subject.parts):
        colors[parts == at] = sample_texture(part.texture, uvs[parts == at])[:, :3]
    weights = mix(_group_weights(subject))
    spacings = _spacings(neutral, parts)
    kinds = 2 * parts / max(1, len(subject.parts) - 1) - 1
    width = _width(capture, matrices, center)
    rows = (opened, neutral, deltas, normal, spacings, colors, weights / weights.sum(1, keepdims=True), kinds)
    return HeadPoints(*(row.astype(np.float32) for row in rows), names, joints, matrices, center, width, focus)


def first_shapes(points: HeadPoints) -> tuple[Array, Array]:
    """Natural logarithms of the axes [N,3] in metres, and rotations [N,4] x y z w: discs on the surface."""
    normal, size = points.normals.astype(np.float64), points.spacings.astype(np.float64)
    along = np.eye(3) - normal[:, :, None] * normal[:, None, :]
    covariances = (0.6 * size[:, None, None]) ** 2 * along
    covariances += (0.15 * size[:, None, None]) ** 2 * normal[:, :, None] * normal[:, None, :]
    return scales_and_rotations(covariances)


def vertices_of(subject: Subject, joint: str) -> np.ndarray:
    """Where a joint of the subject is, [3]."""
    return subject.rest_joints[subject.joint_names.index(joint)]


def _joints(capture: Capture, subject: Subject) -> tuple[np.ndarray, Array, Array]:
    skeleton = Skeleton(subject.rest_joints.astype(np.float64), subject.joint_parents)
    rotations = capture.poses.rotations(subject.joint_names).astype(np.float64)
    straight = rotations[0].copy()
    for name in ("neck", "head"):
        straight[subject.joint_names.index(name)] = (0, 0, 0, 1)
    rest = skeleton.world_matrices(straight, capture.poses.translations[0])
    chosen = [subject.joint_names.index(name) for name in GROUPS]
    posed = skeleton.world_matrices(rotations, capture.poses.translations)[:, chosen]
    back = np.linalg.inv(_square(rest[chosen]))
    joints = (_square(rest[chosen]) @ np.append(subject.rest_joints[chosen], np.ones((len(chosen), 1)), 1)[..., None])[
        :, :3, 0
    ]
    return rest, (_square(posed) @ back)[:, :, :3].astype(np.float32), joints.astype(np.float32)


def _square(matrices: np.ndarray) -> np.ndarray:
    last = np.broadcast_to(np.array([[0.0, 0, 0, 1]]), (*matrices.shape[:-2], 1, 4))
    return np.concatenate([matrices, last], -2)


def _pose(subject: Subject, rest: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    blended = np.einsum("vk,vkij->vij", subject.skin_weights.astype(np.float64), rest[subject.skin_joints])
    vertices = np.einsum("vij,vj->vi", blended[..., :3], subject.vertices) + blended[..., 3]
    return vertices, np.einsum("vij,vj->vi", blended[..., :3], subject.normals)


def _group_weights(subject: Subject) -> np.ndarray:
    weights = np.zeros((len(subject.vertices), len(GROUPS)))
    group = np.zeros(len(subject.joint_names), int)
    for at, names in enumerate(GROUPS.values()):
        group[[subject.joint_names.index(name) for name in names]] = at
    for column in range(subject.skin_joints.shape[1]):
        np.add.at(
            weights, (np.arange(len(weights)), group[subject.skin_joints[:, column]]), subject.skin_weights[:, column]
        )
    return weights


def _width(capture: Capture, matrices: Array, center: Array) -> float:
    """Metres that a picture spans at what the cameras look at: the capture's middle, as the head has moved it."""
    shot = next(shot for shot in capture.shots(held_out=False) if shot.frame == 0)
    camera, head = capture.camera(shot), matrices[0, list(GROUPS).index("head")].astype(np.float64)
    middle = head[:, :3] @ center + head[:, 3]
    return camera.width * float(camera.R[2] @ middle + camera.T[2]) / float(camera.K[0, 0])


def _middle_of_mouth(subject: Subject, vertices: np.ndarray) -> np.ndarray:
    """Where the skin moves most when the lips are pursed."""
    name = "mouthPucker" if "mouthPucker" in subject.expressions else subject.expressions[0]
    way = np.linalg.norm(subject.morph_deltas[subject.expressions.index(name)].astype(np.float64), axis=1)
    return (vertices * way[:, None]).sum(0) / max(way.sum(), 1e-9)


def _sample(
    subject: Subject,
    vertices: np.ndarray,
    focus: Array,
    center: Array,
    radius: float,
    count: int,
    random: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Triangles [N] and barycentric coordinates [N,3] of the points that are kept, evenly apart."""
    corners = vertices[subject.triangles]
    areas = 0.5 * np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    middle = corners.mean(1)
    density = np.array([DENSITIES[part.kind] for part in subject.parts])[subject.triangle_parts]
    near = np.min(np.linalg.norm(middle[:, None] - focus, axis=2) / np.array([0.022, 0.022, 0.038]), axis=1)
    skin = np.array([part.kind == "body" for part in subject.parts])[subject.triangle_parts]
    # The face between eyes and mouth, falling off to the neck.
    density = np.where(skin, np.maximum(density, FOCUS * np.clip(1.8 - 0.5 * near, 0, 1)), density)
    inside = np.linalg.norm(corners - center, axis=2).min(1) < radius
    mass = areas * density * inside
    spacing = np.sqrt(0.52 * mass.sum() / count)
    faces = random.choice(len(mass), CANDIDATES * count, p=mass / mass.sum())
    u, v = random.random((2, len(faces)))
    fold = u + v > 1
    u, v = np.where(fold, 1 - u, u), np.where(fold, 1 - v, v)
    bary = np.stack([1 - u - v, u, v], 1)
    places = np.einsum("nk,nkd->nd", bary, vertices[subject.triangles[faces]])
    kept = _is_solid(subject, faces, bary) & (np.linalg.norm(places - center, axis=1) < radius)
    faces, bary, places = faces[kept], bary[kept], places[kept]
    kept = _thin(places, spacing / np.sqrt(density[faces]), subject.triangle_parts[faces])
    return faces[kept], bary[kept]


def _is_solid(subject: Subject, faces: np.ndarray, bary: np.ndarray) -> np.ndarray:
    uvs = np.einsum("nk,nkd->nd", bary, subject.uvs[subject.triangles[faces]])
    parts, solid = subject.triangle_parts[faces], np.ones(len(faces), bool)
    for at, part in enumerate(subject.parts):
        if part.alpha != "opaque" and part.texture is not None:
            solid[parts == at] = sample_texture(part.texture, uvs[parts == at])[:, 3] > CLEAR
    return solid


def _thin(places: np.ndarray, radii: np.ndarray, parts: np.ndarray) -> np.ndarray:
    """Some of the points, so that none of a part is nearer to another than its radius."""
    kept = []
    for part in np.unique(parts):
        rows = np.flatnonzero(parts == part)
        near = cKDTree(places[rows]).query_ball_point(places[rows], radii[rows])
        free = np.ones(len(rows), bool)
        for at, others in enumerate(near):
            if free[at]:
                free[others] = False
                kept.append(rows[at])
    return np.array(kept)


def _spacings(places: np.ndarray, parts: np.ndarray) -> np.ndarray:
    spacings = np.zeros(len(places))
    for part in np.unique(parts):
        rows = np.flatnonzero(parts == part)
        near = cKDTree(places[rows]).query(places[rows], k=min(5, len(rows)))[0].reshape(len(rows), -1)
        spacings[rows] = near[:, 1:].mean(1) if near.shape[1] > 1 else 0.005
    return np.clip(spacings, 5e-4, 0.02)
