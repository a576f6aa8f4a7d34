"""A template from a subject's mesh: packing, first shapes, cut-outs, expressions, and subjects that lack things."""

from __future__ import annotations

import errno
import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gaussian_avatar_training.template.build import build_template
from gaussian_avatar_training.template.packing import MARGIN, pack
from gaussian_avatar_training.template.regions import Spacings, find_regions
from gaussian_avatar_training.template.shapes import (
    IN_PLANE,
    STEEPEST,
    THICKNESS,
    first_covariances,
    scales_and_rotations,
)
from gaussian_avatar_training.template.subject import Part, Subject, read_subject
from gaussian_avatar_training.training_error import TrainingError

NAMES = ["pelvis", "head", "left_wrist", "right_wrist"]
SPACING = 0.02


def sheet(count: int = 5, side: float = 0.4, depth: float = 0.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vertices, texture coordinates and triangles of a square about (0, 1, depth) that faces +z."""
    v, u = np.mgrid[:count, :count].reshape(2, -1) / (count - 1)
    vertices = np.stack([(u - 0.5) * side, 1 + (0.5 - v) * side, np.full(len(u), depth)], 1)
    at = np.arange(count * (count - 1)).reshape(-1, count)[:, :-1].ravel()
    triangles = np.concatenate(
        [np.stack([at, at + count, at + 1], 1), np.stack([at + 1, at + count, at + count + 1], 1)]
    )
    return vertices, np.stack([u, v], 1), triangles


def subject_of(*sheets: tuple[np.ndarray, np.ndarray, np.ndarray], parts: list[Part], joints: list[int]) -> Subject:
    """One sheet a part, each hanging on one joint."""
    sizes = [len(vertices) for vertices, _, _ in sheets]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    skin = np.repeat(joints, sizes)
    return Subject(
        joint_names=NAMES,
        joint_parents=[-1, 0, 0, 0],
        rest_joints=np.zeros((4, 3)),
        vertices=np.concatenate([vertices for vertices, _, _ in sheets]),
        normals=np.tile([0.0, 0, 1], (sum(sizes), 1)),
        uvs=np.concatenate([uvs for _, uvs, _ in sheets]),
        triangles=np.concatenate([triangles + start for (_, _, triangles), start in zip(sheets, starts, strict=True)]),
        triangle_parts=np.repeat(np.arange(len(sheets)), [len(triangles) for _, _, triangles in sheets]),
        skin_joints=np.stack([skin, 0 * skin, 0 * skin, 0 * skin], 1),
        skin_weights=np.tile([1.0, 0, 0, 0], (sum(sizes), 1)),
        expressions=[],
        morph_deltas=np.zeros((0, sum(sizes), 3), np.float16),
        parts=parts,
    )


def plain(name: str = "body", kind: str = "body", alpha: str = "opaque", texture: np.ndarray | None = None) -> Part:
    return Part(name, kind, alpha, texture)


def test_packing_keeps_its_distance() -> None:
    random = np.random.default_rng(4)
    masks = [np.ones(tuple(random.integers(5, 22, 2)), bool) for _ in range(9)]
    masks[0] = np.ones((40, 12), bool)
    masks[1][2:, 2:] = False
    places = pack(masks, 96)
    assert places is not None
    owners = np.full((96, 96), -1)
    for number, (mask, (row, column)) in enumerate(zip(masks, places, strict=True)):
        v, u = np.nonzero(mask)
        assert (owners[v + row, u + column] == -1).all()
        owners[v + row, u + column] = number
    filled = np.argwhere(owners >= 0)
    of = owners[tuple(filled.T)]
    gaps = np.abs(filled[:, None] - filled[None]).sum(2)
    assert gaps[of[:, None] != of[None]].min() > MARGIN
    assert pack(masks, 41) is None
    assert pack([np.ones((50, 3), bool)], 41) is None


@pytest.mark.parametrize("slope", [0.0, 1.5, 20.0])
def test_shapes_lie_in_the_surface(slope: float) -> None:
    """A plane that falls away to the right: one texel to the right is `slope` texels back."""
    tangents = SPACING * np.array([[[1, 0, -slope], [0, -1, 0]]])
    normal = np.array([[slope, 0, 1]]) / np.hypot(slope, 1)
    covariance = first_covariances(tangents, normal, np.array([SPACING]))[0]
    across = normal[0] @ covariance @ normal[0]
    np.testing.assert_allclose(across, (THICKNESS * SPACING) ** 2)
    along = np.array([1, 0, -slope]) / np.hypot(slope, 1)
    stretch = min(np.hypot(slope, 1), STEEPEST)
    np.testing.assert_allclose(along @ covariance @ along, IN_PLANE * (SPACING * stretch) ** 2)
    scales, rotations = scales_and_rotations(covariance[None])
    x, y, z, w = rotations[0]
    turn = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
    np.testing.assert_allclose(turn @ np.diag(np.exp(2 * scales[0])) @ turn.T, covariance, atol=1e-12)


def test_texels_lie_on_a_tilted_sheet() -> None:
    vertices, uvs, triangles = sheet()
    vertices[:, 2] = 0.5 * vertices[:, 0]
    subject = subject_of((vertices, uvs, triangles), parts=[plain()], joints=[0])
    subject = replace(subject, normals=np.tile(np.array([-0.5, 0, 1]) / np.sqrt(1.25), (len(vertices), 1)))
    arrays = build_template(subject, 32, Spacings(body=SPACING), {}).arrays
    np.testing.assert_allclose(arrays["positions"][:, 2], 0.5 * arrays["positions"][:, 0], atol=1e-7)
    # The largest axis runs along the slope, at 1.118 texels a texel.
    np.testing.assert_allclose(arrays["scales"].max(1), np.log(np.sqrt(IN_PLANE * 1.25) * SPACING), atol=1e-5)
    sides, counts = np.unique(arrays["texels"] % 64 >= 32, return_counts=True)
    assert sides.tolist() == [False, True]
    assert abs(counts[0] - 400) <= 41 and counts[0] == counts[1]
    assert (np.diff(arrays["texels"].astype(int)) > 0).all()


def test_holes_of_a_cut_out_show_what_lies_behind() -> None:
    texture = np.ones((2, 2, 4), np.float32)
    texture[..., 1:3] = 0
    texture[:, 1, 3] = 0
    parts = [plain(), plain("veil", "clothing", "mask", texture)]
    subject = subject_of(sheet(), sheet(depth=0.05), parts=parts, joints=[0, 0])
    arrays = build_template(subject, 32, Spacings(body=SPACING), {}).arrays
    front = arrays["texels"] % 64 < 32
    x, z = arrays["positions"][front, 0], arrays["positions"][front, 2]
    assert np.allclose(z[(x > -0.08) & (x < -0.02)], 0.05)
    assert np.allclose(z[(x > 0.04) & (x < 0.18)], 0)
    assert np.allclose(arrays["positions"][~front, 2], 0)


def test_expressions_move_texels_as_they_move_triangles() -> None:
    subject = subject_of(sheet(), parts=[plain()], joints=[0])
    turn = np.array([[0.1, 0, 0], [0.2, -0.1, 0], [0, 0, 0.3]])
    deltas = (subject.vertices @ turn)[None]
    subject = replace(subject, expressions=["smile"], morph_deltas=deltas.astype(np.float16))
    arrays = build_template(subject, 32, Spacings(body=SPACING), {}).arrays
    assert arrays["morph_deltas"].shape == (1, len(arrays["texels"]), 3)
    np.testing.assert_allclose(arrays["morph_deltas"][0], arrays["positions"] @ turn, atol=5e-4)


def test_regions_are_those_that_are_there() -> None:
    left, right, head = (sheet(side=0.1) for _ in range(3))
    for (vertices, _, _), place in zip((left, right, head), ((0.7, 0.4), (-0.7, 0.4), (0, 0.6)), strict=True):
        vertices[:, :2] += place
    whole = subject_of(sheet(), left, right, head, parts=[plain() for _ in range(4)], joints=[0, 2, 3, 1])
    assert [r.name for r in find_regions(whole, Spacings())] == ["body", "face", "left hand", "right hand"]
    handless = subject_of(sheet(), head, parts=[plain(), plain()], joints=[0, 1])
    assert [r.name for r in find_regions(handless, Spacings())] == ["body", "face"]
    template = build_template(handless, 96, Spacings(body=SPACING, face=SPACING), {})
    assert template.meta["layers"] == ["body", "face"]
    np.testing.assert_array_equal(np.unique(template.arrays["joints"][:, 0]), [0, 1])
    with pytest.raises(ValueError, match="does not fit into maps of 16 texels"):
        build_template(handless, 16, Spacings(body=SPACING), {})


def test_eyes_of_both_spellings_belong_to_the_head() -> None:
    for name in ("left_eye", "left_eye_smplhf"):
        subject = subject_of(sheet(), sheet(side=0.05, depth=0.1), parts=[plain(), plain()], joints=[0, 1])
        subject = replace(subject, joint_names=["pelvis", name, "left_wrist", "right_wrist"])
        assert [r.name for r in find_regions(subject, Spacings())] == ["body", "face"]


def save_subject(folder: Path, subject: Subject) -> None:
    joints = [{"name": n, "parent": p} for n, p in zip(subject.joint_names, subject.joint_parents, strict=True)]
    parts = [{"name": p.name, "kind": p.kind, "alpha": p.alpha, "texture": None} for p in subject.parts]
    meta = json.dumps({"joints": joints, "expressions": [], "parts": parts}).encode()
    names = ("rest_joints", "vertices", "normals", "uvs", "triangles", "triangle_parts", "skin_joints", "skin_weights")
    np.savez(folder / "subject.npz", **{n: getattr(subject, n) for n in names}, meta=np.frombuffer(meta, np.uint8))
    (folder / "capture.json").write_text('{"name": "Sheet"}')


def test_subjects_that_are_wrong(tmp_path: Path) -> None:
    parts = [plain("shirt", "clothing"), plain("cap", "clothing")]
    good = subject_of(sheet(), sheet(depth=0.1), parts=parts, joints=[0, 1])
    save_subject(tmp_path, good)
    assert read_subject(tmp_path)[1]["name"] == "Sheet"
    weights = good.skin_weights.copy()
    weights[25:] = 0
    save_subject(tmp_path, replace(good, skin_weights=weights))
    with pytest.raises(ValueError, match=r"25 vertices hang on no joint.* in the meshes cap:"):
        read_subject(tmp_path)
    save_subject(tmp_path, replace(good, skin_joints=good.skin_joints + 4))
    with pytest.raises(ValueError, match="skin_joints must hold numbers from 0 to 3"):
        read_subject(tmp_path)
    save_subject(tmp_path, replace(good, vertices=good.vertices * np.nan))
    with pytest.raises(ValueError, match="vertices holds NaN"):
        read_subject(tmp_path)
    (tmp_path / "subject.npz").unlink()
    with pytest.raises(ValueError, match=r"subject\.npz is missing"):
        read_subject(tmp_path)


def test_torn_subjects_and_full_disks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = subject_of(sheet(), parts=[plain()], joints=[0])
    save_subject(tmp_path, good)
    path = tmp_path / "subject.npz"
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(TrainingError, match=r"subject\.npz cannot be read"):
        read_subject(tmp_path)
    template = build_template(good, 96, Spacings(body=SPACING), {})
    template.save(tmp_path / "template.npz")
    before = (tmp_path / "template.npz").read_bytes()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TrainingError, match=r"template\.npz cannot be written: the disk is full"):
        template.save(tmp_path / "template.npz")
    assert (tmp_path / "template.npz").read_bytes() == before
    assert sorted(found.name for found in tmp_path.glob("*template*")) == ["template.npz"]
