"""Kinematics, pose maps and reading of outputs, against code written to be read."""

from __future__ import annotations

import numpy as np
import torch
from tiny import JOINTS, PARENTS, tiny_poses, tiny_template

from gaussian_avatar_training.maps import PoseMap, TexelReader
from gaussian_avatar_training.projection import blend_matrices
from gaussian_avatar_training.skeleton import matrices_of_quaternions, quaternions_of_vectors


def rodrigues(vector: np.ndarray) -> np.ndarray:
    angle = np.linalg.norm(vector)
    if angle == 0:
        return np.eye(3)
    x, y, z = vector / angle
    K = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * K + (1 - np.cos(angle)) * K @ K


def chain(vectors: np.ndarray, rest: np.ndarray, translation: np.ndarray) -> list[np.ndarray]:
    """4 × 4 matrices rest → world, joint by joint."""
    worlds: list[np.ndarray] = []
    for joint, parent in enumerate(PARENTS):
        local = np.eye(4)
        local[:3, :3] = rodrigues(vectors[joint])
        local[:3, 3] = rest[joint] + translation if parent < 0 else rest[joint] - rest[parent]
        worlds.append(local if parent < 0 else worlds[parent] @ local)
    back = [np.block([[np.eye(3), -place[:, None]], [np.zeros(3), 1]]) for place in rest]
    return [world @ inverse for world, inverse in zip(worlds, back, strict=True)]


def test_forward_kinematics() -> None:
    template = tiny_template()
    rest = template.arrays["rest_joints"].astype(np.float64)
    vectors = np.random.default_rng(5).uniform(-2, 2, (2, len(JOINTS), 3))
    translation = np.array([0.3, -0.2, 0.1])
    rotations = quaternions_of_vectors(vectors)
    np.testing.assert_allclose(matrices_of_quaternions(rotations[1, 7]), rodrigues(vectors[1, 7]), atol=1e-12)
    found = template.skeleton.world_matrices(rotations, np.stack((0 * translation, translation)))
    expected = chain(vectors[1], rest, translation)
    np.testing.assert_allclose(found[1], [matrix[:3] for matrix in expected], atol=1e-12)
    without_root = vectors[1].copy()
    without_root[0] = 0
    expected = chain(without_root, rest, 0 * translation)
    body = template.skeleton.body_matrices(rotations)
    np.testing.assert_allclose(body[1], [matrix[:3] for matrix in expected], atol=1e-12)
    np.testing.assert_allclose(body[1, 0], np.eye(4)[:3], atol=1e-12)


def test_pose_map_is_the_mean_of_its_texels() -> None:
    template, size = tiny_template(), 4
    arrays, map_size = template.arrays, template.meta["mapSize"]
    rotations = quaternions_of_vectors(tiny_poses(2)[0])[1]
    body = template.skeleton.body_matrices(rotations)
    matrices = torch.from_numpy(body.astype(np.float32))
    positions, normals, weights = (
        torch.from_numpy(arrays[name]).float() for name in ("positions", "normals", "weights")
    )
    joints = torch.from_numpy(arrays["joints"].astype(np.int64))
    see = PoseMap(torch.from_numpy(arrays["texels"].astype(np.int64)), map_size, size)
    found = see(positions, normals, blend_matrices(matrices, joints, weights))
    assert found.shape == (12, size, size)
    block = map_size // size
    for side in range(2):
        for v in range(size):
            for u in range(size):
                rows = []
                for row, texel in enumerate(arrays["texels"].astype(int)):
                    column, line = texel % (2 * map_size), texel // (2 * map_size)
                    if (column // map_size, line // block, column % map_size // block) == (side, v, u):
                        M = sum(arrays["weights"][row, k] * body[arrays["joints"][row, k]] for k in range(4))
                        p = arrays["positions"][row].astype(np.float64)
                        rows.append([*(M @ [*p, 1] - p), *(M[:, :3] @ arrays["normals"][row])])
                expected = np.mean(rows, 0) if rows else np.zeros(6)
                np.testing.assert_allclose(found[6 * side : 6 * side + 6, v, u], expected, atol=1e-6)
    assert float(found.abs().max()) > 0.1


def test_outputs_are_read_bilinearly() -> None:
    template, size = tiny_template(), 8
    map_size = template.meta["mapSize"]
    texels = torch.from_numpy(template.arrays["texels"].astype(np.int64))
    output = torch.randn(28, size, size, generator=torch.Generator().manual_seed(4), requires_grad=True)
    found = TexelReader(texels, map_size, size)(output)
    large = torch.nn.functional.interpolate(output[None], size=map_size, mode="bilinear", align_corners=False)[0]
    both = torch.cat((large[:14], large[14:]), 2)
    expected = both.flatten(1)[:, texels].T
    torch.testing.assert_close(found, expected, atol=1e-6, rtol=0)
    weights = torch.randn(found.shape, generator=torch.Generator().manual_seed(5))
    (gradient,) = torch.autograd.grad((found * weights).sum(), output, retain_graph=True)
    (plain,) = torch.autograd.grad((expected * weights).sum(), output)
    torch.testing.assert_close(gradient, plain, atol=1e-5, rtol=0)
