"""Captures: what is read of them, and what is said where they are damaged."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from tiny import JOINTS, save_capture, save_template, tiny_poses, tiny_template

from gaussian_avatar_training.capture import Capture, Shot
from gaussian_avatar_training.crops import load_crop
from gaussian_avatar_training.similarity import structural_similarity
from gaussian_avatar_training.skeleton import quaternions_of_vectors
from gaussian_avatar_training.stage import Stage
from gaussian_avatar_training.template_file import read_template
from gaussian_avatar_training.training_error import TrainingError


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_capture(tmp_path_factory.mktemp("captures") / "studio", tiny_template(), frames=3)


def test_capture_of_the_studio(studio: Path) -> None:
    capture = Capture(studio)
    assert capture.shots(held_out=True) == [Shot(2, "cam03")]
    assert capture.shots(held_out=False) == [Shot(frame, f"cam{at:02}") for frame in (0, 1) for at in (0, 1, 2)]
    assert capture.views["cam01"].target == "leftHand"
    vectors, translations = tiny_poses(3)
    np.testing.assert_allclose(capture.poses.rotations(JOINTS), quaternions_of_vectors(vectors), atol=1e-6)
    np.testing.assert_allclose(capture.poses.translations, translations, atol=1e-7)
    names = ["left_elbow", "tail", "left_eye_smplhf"]
    np.testing.assert_allclose(capture.poses.rotations(names)[1, 1], [0, 0, 0, 1], atol=0)
    np.testing.assert_allclose(capture.expressions[:, 0], [0, 0.5, 1])
    np.testing.assert_allclose(capture.camera(Shot(1, "cam01")).T, [0, 0, 1.5])


def test_crops_hold_the_person(studio: Path) -> None:
    capture, shot = Capture(studio), Shot(1, "cam00")
    crop = load_crop(capture, shot)
    whole = np.asarray(Image.open(studio / "images/cam00/00000001.png"))
    mask = np.asarray(Image.open(studio / "masks/cam00/00000001.png"))
    left, top = (int(capture.camera(shot).K[at, 2] - crop.camera.K[at, 2]) for at in (0, 1))
    height, width = crop.pixels.shape[:2]
    assert left % 16 == top % 16 == 0
    assert (crop.camera.width, crop.camera.height) == (width, height)
    np.testing.assert_array_equal(crop.pixels[..., :3], whole[top : top + height, left : left + width])
    assert mask[top : top + height, left : left + width].sum(dtype=int) == mask.sum(dtype=int) > 0


def test_crops_are_large_enough_to_be_compared(studio: Path, tmp_path: Path) -> None:
    folder = tmp_path / "narrow"
    shutil.copytree(studio, folder)
    # Of 73 columns the last tile has nine, and only the last pixel is hers.
    mask = np.zeros((48, 73), np.uint8)
    mask[20:30, -1] = 255
    rewrite("calibration.json", lambda cameras: cameras["cam00"].update(imgSize=[73, 48]))(folder)
    for frame in range(3):
        Image.fromarray(np.zeros((48, 73, 3), np.uint8)).save(folder / f"images/cam00/{frame:08}.png")
        Image.fromarray(mask).save(folder / f"masks/cam00/{frame:08}.png")
    capture, shot = Capture(folder), Shot(0, "cam00")
    crop = load_crop(capture, shot)
    left = int(capture.camera(shot).K[0, 2] - crop.camera.K[0, 2])
    assert (left, crop.pixels.shape[1]) == (48, 25)
    structural_similarity(crop.truth(torch.device("cpu")), crop.truth(torch.device("cpu")))


def test_capture_of_real_cameras(tmp_path: Path) -> None:
    template = tiny_template()
    folder = save_capture(tmp_path / "real", template, frames=10, layout="AvatarReX")
    capture = Capture(folder)
    assert capture.manifest is None
    assert len(capture.shots(held_out=False)) == 9 * 3
    assert capture.shots(held_out=True) == [Shot(9, "cam03")]
    crop = load_crop(capture, Shot(0, "cam02"))
    nothing = crop.pixels[..., 3] == 0
    assert nothing.any()
    assert not crop.pixels[nothing, :3].any()
    with pytest.raises(TrainingError, match="template has expressions, but"):
        Stage(capture, template, torch.device("cpu"))


def forget(path: str) -> Callable[[Path], None]:
    return lambda folder: (folder / path).unlink()


def rewrite(path: str, change: Callable[[dict], None]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        if path.endswith(".json"):
            value = json.loads((folder / path).read_text())
            change(value)
            (folder / path).write_text(json.dumps(value))
        else:
            arrays = dict(np.load(folder / path))
            change(arrays)
            np.savez(folder / path, **arrays)

    return apply


def blank(path: str, shape: tuple[int, ...]) -> Callable[[Path], None]:
    return lambda folder: Image.fromarray(np.zeros(shape, np.uint8)).save(folder / path)


DAMAGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "no calibration": (forget("calibration.json"), "no calibration.json or"),
    "no poses": (forget("smpl_params.npz"), r"smpl_params.npz is missing"),
    "poses cut off": (lambda f: (f / "smpl_params.npz").write_bytes(b"PK\x03\x04"), "cannot be read as .npz"),
    "NaN": (
        rewrite("smpl_params.npz", lambda a: a["body_pose"].__setitem__((1, 3), np.nan)),
        '"body_pose".*first is 1',
    ),
    "no body": (rewrite("smpl_params.npz", lambda a: a.pop("body_pose")), 'no "body_pose"'),
    "fewer poses": (
        rewrite("smpl_params.npz", lambda a: a.update({name: a[name][:2] for name in a if name != "betas"})),
        "pictures of frame 2, but smpl_params.npz only 2 poses",
    ),
    "one pose array cut": (rewrite("smpl_params.npz", lambda a: a.update(jaw_pose=a["jaw_pose"][:1])), r"\(1, 3\)"),
    "missing picture": (forget("images/cam02/00000001.png"), "1 of the 12 pictures .* frame 1 by cam02"),
    "missing mask": (forget("masks/cam02/00000001.png"), "1 of 3 masks are missing, the first is of frame 1"),
    "other size": (blank("images/cam00/00000000.png", (48, 64, 3)), "64 × 48 pixels, but its camera cam00 48 × 48"),
    "mask of other size": (blank("masks/cam00/00000000.png", (24, 24)), "different sizes"),
    "empty mask": (blank("masks/cam00/00000000.png", (48, 48)), "empty: nobody is in the picture"),
    "torn picture": (
        lambda f: (f / "images/cam00/00000000.png").write_bytes((f / "images/cam00/00000000.png").read_bytes()[:300]),
        "cannot be read",
    ),
    "no camera": (rewrite("calibration.json", lambda c: c["cam00"].update(K=[0] * 9)), "camera cam00 .* is none"),
    "half a camera": (rewrite("calibration.json", lambda c: c["cam00"].pop("R")), 'must have "K", "R"'),
    "lens": (rewrite("calibration.json", lambda c: c["cam00"].update(distCoeff=[0.1])), "distorting lens"),
    "picture of no kind": (
        lambda f: (f / "images/cam00/00000000.png").write_bytes(b"no picture"),
        "00000000.png cannot be read",
    ),
    "cameras in a list": (lambda f: (f / "calibration.json").write_text("[]"), "must hold cameras by name"),
    "mirrored camera": (
        rewrite("calibration.json", lambda c: c["cam00"].update(R=[-value for value in c["cam00"]["R"]])),
        "camera cam00 .* is none .R must be a rotation",
    ),
    "scaled camera": (
        rewrite("calibration.json", lambda c: c["cam00"].update(R=[2 * value for value in c["cam00"]["R"]])),
        "camera cam00 .* is none .R must be a rotation",
    ),
    "frames forgotten": (rewrite("capture.json", lambda m: m.pop("frames")), "not that of a capture .*frames"),
    "list for a manifest": (lambda f: (f / "capture.json").write_text("[]"), "not that of a capture"),
    "pictures of another capture": (
        rewrite("capture.json", lambda m: m["cameras"].pop("cam02")),
        "pictures of camera cam02, which capture.json does not know",
    ),
    "torn expressions": (lambda f: (f / "expressions.npy").write_bytes(b"torn"), "expressions.npy cannot be read"),
    "no JSON": (lambda f: (f / "capture.json").write_text("{"), "cannot be read as JSON"),
    "expressions": (lambda f: np.save(f / "expressions.npy", np.zeros((2, 1))), r"must hold finite numbers \(3, 1\)"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_captures_are_named(studio: Path, tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "damaged"
    shutil.copytree(studio, folder)
    spoil, message = DAMAGES[damage]
    spoil(folder)
    with pytest.raises(TrainingError, match=message):
        load_crop(Capture(folder), Shot(0, "cam00"))


def change_joint(change: Callable[[dict], None]) -> Callable[[dict], None]:
    def apply(arrays: dict) -> None:
        meta = json.loads(arrays["meta"].tobytes())
        change(meta["joints"][5])
        arrays["meta"] = np.frombuffer(json.dumps(meta).encode(), np.uint8)

    return apply


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda arrays: arrays.pop("weights"), '"weights" is missing'),
        (lambda arrays: arrays.update(normals=arrays["normals"][1:]), '"normals" is'),
        (lambda arrays: arrays["scales"].__setitem__((0, 0), np.inf), '"scales" holds NaN or infinity'),
        (lambda arrays: arrays["joints"].__setitem__((0, 0), 99), '"joints" has numbers out of range'),
        (lambda arrays: arrays["texels"].__setitem__(0, 10**6), '"texels" has numbers out of range'),
        (lambda arrays: arrays.update(meta=np.zeros(3, np.uint8)), '"meta" is not that of a template'),
        (change_joint(lambda joint: joint.pop("name")), '"meta" is not that of a template'),
        (change_joint(lambda joint: joint.update(parent=50)), "Joint 5 has the parent 50"),
    ],
)
def test_damaged_templates_are_named(tmp_path: Path, change: Callable[[dict], None], message: str) -> None:
    path = save_template(tmp_path / "template.npz", tiny_template())
    arrays = dict(np.load(path))
    change(arrays)
    np.savez(path, **arrays)
    with pytest.raises(TrainingError, match=message):
        read_template(path)
