"""The body of a capture from a model file in the layout of SMPL-X."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gaussian_avatar_training.body_parameters import PARTS
from gaussian_avatar_training.template.body import read_body

JOINTS = [name for joints in PARTS.values() for name in joints]
VERTICES = 3 * len(JOINTS)


def save_model(folder: Path, joints: int = len(JOINTS), unweighted: int | None = None) -> Path:
    """Three vertices about each joint, which hang on it alone; the first shape makes everything wider."""
    random = np.random.default_rng(5)
    vertices = random.uniform(-1, 1, (VERTICES, 3))
    shapes = np.zeros((VERTICES, 3, 400))
    shapes[:, 0, 0] = 0.1 * vertices[:, 0]
    weights = np.repeat(np.eye(len(JOINTS)), 3, axis=0)[:, :joints]
    regressor = weights.T / 3
    if unweighted is not None:
        weights[unweighted] = 0
    tree = np.array([np.maximum(np.arange(joints) - 1, 0), np.arange(joints)])
    tree[0, 0] = 2**32 - 1
    path = folder / "model.npz"
    arrays = {"v_template": vertices, "shapedirs": shapes, "J_regressor": regressor, "weights": weights}
    # Published files hold pickled objects besides, which are not read.
    np.savez(path, **arrays, kintree_table=tree, other=np.array({"a": 1}, dtype=object))
    np.savez(folder / "smpl_params.npz", betas=[[2.0] + 9 * [0.0]])
    return path


def test_joints_of_a_shaped_model(tmp_path: Path) -> None:
    path = save_model(tmp_path)
    body = read_body(tmp_path, path)
    with np.load(path) as file:
        expected = file["v_template"] * [1.2, 1, 1]
    np.testing.assert_allclose(body.points, expected, atol=1e-12)
    np.testing.assert_allclose(body.skeleton.rest, expected.reshape(-1, 3, 3).mean(1), atol=1e-12)
    assert body.names[:3] == ["pelvis", "left_hip", "right_hip"]
    assert list(body.skeleton.parents)[:4] == [-1, 0, 1, 2]
    np.testing.assert_allclose(body.weights.sum(1), 1)


def test_models_that_do_not_fit(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="has 24 joints; SMPL-X has 55"):
        read_body(tmp_path, save_model(tmp_path, joints=24))
    with pytest.raises(ValueError, match="vertex 7 hangs on no joint"):
        read_body(tmp_path, save_model(tmp_path, unweighted=7))
    np.savez(tmp_path / "model.npz", v_template=np.zeros((3, 3)))
    with pytest.raises(ValueError, match="is no SMPL-X model"):
        read_body(tmp_path, tmp_path / "model.npz")
    path = save_model(tmp_path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match="is no SMPL-X model"):
        read_body(tmp_path, path)
