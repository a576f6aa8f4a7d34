"""A template from pictures: the hull of a person of capsules, its weights, and captures that are wrong."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from capsules import NAMES, SIDE, SKELETON, distances, save_person
from PIL import Image

from gaussian_avatar_training.template.body import Body, read_body
from gaussian_avatar_training.template.build import build_template
from gaussian_avatar_training.template.from_pictures import PictureOptions, subject_from_pictures
from gaussian_avatar_training.template.regions import Spacings
from gaussian_avatar_training.template.subject import Subject
from gaussian_avatar_training.template.weights import weight_field

VOXEL = 0.016


@pytest.fixture(scope="module")
def person(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_person(tmp_path_factory.mktemp("capsules") / "person")


@pytest.fixture
def copy(person: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(person, tmp_path / "copy"))


@pytest.fixture(scope="module")
def carved(person: Path) -> Subject:
    return subject_from_pictures(person, PictureOptions(voxel=VOXEL))[0]


def errors_of(subject: Subject) -> np.ndarray:
    return 1000 * np.abs(distances(subject.vertices))


def test_hull_of_four_poses(person: Path, carved: Subject) -> None:
    one = subject_from_pictures(person, PictureOptions(frames=(1,), voxel=VOXEL))[0]
    few, many = errors_of(one), errors_of(carved)
    figures = f"1 pose {few.mean():.1f}, 4 poses {many.mean():.1f}, 95 % {np.quantile(many, 0.95):.1f}"
    print(f"hull, mm from the surface: {figures}")
    # A pixel is 14 mm and a voxel 16 mm; nine cameras leave edges on what is round.
    assert many.mean() < 6
    assert np.quantile(many, 0.95) < 18
    assert many.mean() < few.mean()
    # Outwards: normals agree with the gradient of the true distance.
    step = 1e-3
    assert np.mean(distances(carved.vertices + step * carved.normals) > distances(carved.vertices)) > 0.97


def test_weights_in_the_middle_of_limbs(carved: Subject) -> None:
    limbs = (
        ("left_elbow", "left_wrist", 0.065),
        ("right_shoulder", "right_elbow", 0.065),
        ("left_hip", "left_knee", 0.09),
    )
    for joint, child, reach in limbs:
        middle = 0.5 * (SKELETON.rest[NAMES.index(joint)] + SKELETON.rest[NAMES.index(child)])
        near = np.linalg.norm(carved.vertices - middle, axis=1) < reach
        own = (carved.skin_weights * (carved.skin_joints == NAMES.index(joint))).sum(1)
        assert near.sum() > 10
        assert own[near].mean() > 0.9, joint


def test_weights_of_a_skin_spread_off_it() -> None:
    random = np.random.default_rng(2)
    points = random.uniform(-1, 1, (4000, 3)) * [0.04, 0.5, 0.04] + [0, 0.5, 0]
    aside = np.array([0.15, 0, 0])
    points = np.concatenate([points + aside, points - aside])
    weights = np.repeat(np.eye(2), 4000, axis=0)
    skeleton = type(SKELETON)(np.array([[0.15, 0, 0], [-0.15, 0, 0]]), [-1, 0])
    field = weight_field(Body(["left_hip", "right_hip"], skeleton, points, weights))
    found = field(np.array([[0.15, 0.5, 0], [-0.18, 0.4, 0], [0, 0.5, 0], [0.05, 0.5, 0], [0.3, 0.5, 0]]))
    np.testing.assert_allclose(found.sum(1), 1, atol=1e-5)
    np.testing.assert_allclose(found[:2], [[1, 0], [0, 1]], atol=1e-6)
    # Half way between the legs of a skirt both count the same; outside of it, the nearer one for more.
    assert 0.4 < found[2, 0] < 0.6 < found[3, 0] < found[4, 0]


def test_template_of_pictures(carved: Subject) -> None:
    template = build_template(carved, 96, Spacings(body=0.02, face=0.012), {})
    colors = 1 / (1 + np.exp(-template.arrays["colors"]))
    np.testing.assert_allclose(colors, np.tile([0.99, 127 / 255, 63 / 255], (len(colors), 1)), atol=0.02)
    np.testing.assert_allclose(template.arrays["weights"].sum(1), 1, atol=1e-6)
    assert template.meta["layers"][:2] == ["body", "face"]


def test_one_bad_mask_does_no_harm(copy: Path, carved: Subject) -> None:
    Image.new("L", (SIDE, SIDE)).save(copy / "masks/cam03/00000001.png")
    mask = np.asarray(Image.open(copy / "masks/cam02/00000002.png")).copy()
    mask[:100] = 0
    Image.fromarray(mask).save(copy / "masks/cam02/00000002.png")
    subject, _, notes = subject_from_pictures(copy, PictureOptions(voxel=VOXEL))
    assert len(notes) == 2
    assert "is empty" in notes[0] and "cam02/00000002.png shows somebody elsewhere" in notes[1]
    assert errors_of(subject).mean() < errors_of(carved).mean() + 0.5


def test_captures_that_are_wrong(copy: Path) -> None:
    options = PictureOptions(voxel=0.03)
    good = json.loads((copy / "calibration.json").read_text())
    turned = {**good, "cam02": {**good["cam02"], "T": [1.5, 0, 3]}}
    (copy / "calibration.json").write_text(json.dumps(turned))
    with pytest.raises(ValueError, match="camera cam02 sees the joints outside of all of its 3 masks"):
        subject_from_pictures(copy, options)
    millimetres = {name: {**entry, "T": [1000 * t for t in entry["T"]]} for name, entry in good.items()}
    (copy / "calibration.json").write_text(json.dumps(millimetres))
    with pytest.raises(ValueError, match="poses, calibration and masks do not belong together"):
        subject_from_pictures(copy, options)
    (copy / "calibration.json").write_text(json.dumps(good))
    with pytest.raises(ValueError, match="no pictures of frame 7"):
        subject_from_pictures(copy, PictureOptions(frames=(7,)))
    for path in (copy / "masks").glob("*/*.png"):
        Image.new("L", (SIDE, SIDE)).save(path)
    with pytest.raises(ValueError, match=r"no picture of the chosen frames can be used.*is empty"):
        subject_from_pictures(copy, options)
    (copy / "subject.npz").unlink()
    with pytest.raises(ValueError, match=r"--body SMPLX_NEUTRAL\.npz"):
        read_body(copy, None)
