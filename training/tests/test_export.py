"""What a training leaves, and the linear model of its poses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from make_tiny_model import FIXTURE, SHAPE, tiny_person, tiny_samples, write_tiny_model
from tiny import tiny_template

from gaussian_avatar_training.pose_space import fit_pose_space


def test_fixture_of_the_run_time_is_what_this_version_writes(tmp_path: Path) -> None:
    write_tiny_model(tmp_path / "model.npz")
    with np.load(tmp_path / "model.npz") as now, np.load(FIXTURE) as kept:
        assert sorted(now.files) == sorted(kept.files)
        assert json.loads(now["meta"].tobytes()) == json.loads(kept["meta"].tobytes())
        for name in sorted(now.files):
            assert (now[name].shape, now[name].dtype) == (kept[name].shape, kept[name].dtype), name
            if not name.startswith("pca/components"):  # whose signs are free
                tolerance = 1 if name == "sample/pictures" else 1e-4
                np.testing.assert_allclose(now[name].astype(float), kept[name].astype(float), atol=tolerance, rtol=1e-4)
    assert FIXTURE.stat().st_size < 300_000


def test_samples_are_of_the_person(tmp_path: Path) -> None:
    write_tiny_model(tmp_path / "model.npz")
    template = tiny_template(map_size=24)
    model = tiny_person(template)
    with np.load(tmp_path / "model.npz") as file:
        meta = json.loads(file["meta"].tobytes())
        assert meta["network"] == {"size": 8, "inputChannels": 12, "widths": [6, 8, 10], "slope": 0.2}
        assert (meta["license"], meta["channels"], meta["reduction"]) == ("CC0-1.0", ["offset", "normal"], "mean")
        assert meta["gains"] == {"position": 0.02, "opacity": 1.0, "scale": 0.3, "rotation": 0.2, "color": 1.0}
        np.testing.assert_array_equal(file["positions"], model.positions.detach())
        for at, sample in enumerate(tiny_samples()):
            body = torch.from_numpy(template.skeleton.body_matrices(sample.rotations).astype(np.float32))
            seen = model.see(body)
            np.testing.assert_allclose(file["sample/input"][at], seen, atol=1e-6)
            np.testing.assert_allclose(file["sample/output"][at], model.network(seen).detach(), atol=1e-5)
            picture = file["sample/pictures"][at]
            assert 0.1 < (picture[..., 3] > 128).mean() < 0.9
            assert (picture[..., :3].max(2) <= picture[..., 3]).all()
        assert file["sample/input"].shape[1:] == (12, SHAPE.size, SHAPE.size)


def test_pose_space_keeps_known_poses_and_holds_strange_ones() -> None:
    random = torch.Generator().manual_seed(1)
    basis = torch.randn(3, 12, 4, 4, generator=random)
    basis[:, 3:6, 0, 0] = 0
    maps = torch.einsum("fk,kcvu->fcvu", torch.randn(40, 3, generator=random), basis) + 0.5 * (basis[:1] != 0)
    space = fit_pose_space(maps, 20)
    assert len(space.deviations) == 3
    assert len(space.vectors) == 4 * 16 - 1
    assert 3 * 16 not in space.vectors.tolist()
    flat = space.components.flatten(1)
    torch.testing.assert_close(flat @ flat.T, torch.eye(3), atol=1e-5, rtol=0)
    assert bool((space.vectors.diff() > 0).all())
    torch.testing.assert_close(space.project(maps[7], 9), maps[7], atol=1e-4, rtol=0)
    far = maps.mean(0) + 100 * basis[0]
    held = space.project(far, 2) - maps.mean(0)
    reach = 2 * space.deviations.square().sum().sqrt()
    assert 0.3 * reach < held.norm() < 1.001 * reach
