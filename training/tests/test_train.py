"""Whole trainings of a tiny person: they learn, they go on where they were, and what goes wrong is said."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny import save_capture, save_template, tiny_template

from gaussian_avatar_training import train
from gaussian_avatar_training.capture import Capture, Shot
from gaussian_avatar_training.crops import Crop
from gaussian_avatar_training.export import NO_NETWORK
from gaussian_avatar_training.finish import sample_poses
from gaussian_avatar_training.stage import Stage
from gaussian_avatar_training.trainer import Budget


@pytest.fixture(scope="module")
def person(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("person")
    template = tiny_template()
    save_capture(folder / "capture", template)
    save_template(folder / "template.npz", template)
    return ["--capture", str(folder / "capture"), "--template", str(folder / "template.npz"), "--network-size", "16"]


def run(person: list[str], out: Path, *more: str) -> int:
    torch.set_num_threads(1)
    return train.main([*person, "--out", str(out), *more])


def test_training_learns_and_leaves_a_model(person: list[str], tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    assert run(person, tmp_path, "--steps", "60", "--report", "20") == 0
    history = json.loads((tmp_path / "history.json").read_text())
    assert [entry["steps"] for entry in history] == [20, 40, 60]
    print(f"loss {history[0]['loss']:.3f} → {history[-1]['loss']:.3f}, held out {history[-1]['mean']:.1f} dB")
    # A picture of the colours of the template has 12 dB.
    assert history[-1]["loss"] < history[0]["loss"] / 4
    assert history[-1]["mean"] > 26
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert metrics["training"]["steps"] == 60
    assert metrics["figures"]["body"]["count"] == 1
    assert (tmp_path / "pictures/step_000060.jpg").stat().st_size > 1000
    assert "body" in capsys.readouterr().out
    with np.load(tmp_path / "model.npz") as model:
        assert model["sample/pictures"].shape == (1, 48, 48, 4)
        assert json.loads(model["meta"].tobytes())["name"] == "Sheet"
        assert float(np.abs(model["sample/output"]).max()) > 0


def test_resumed_training_ends_in_the_same_bits(person: list[str], tmp_path: Path) -> None:
    whole, stretches = tmp_path / "whole", tmp_path / "stretches"
    assert run(person, whole, "--steps", "12", "--report", "4", "--warm-up", "2") == 0
    common = ("--steps", "12", "--report", "4", "--warm-up", "2")
    assert run(person, stretches, *common, "--stop-after", "5") == 0
    assert not (stretches / "model.npz").exists()
    assert run(person, stretches, *common, "--stop-after", "2", "--resume") == 0
    assert run(person, stretches, *common, "--resume") == 0
    a, b = (torch.load(folder / "checkpoint.pt", weights_only=True) for folder in (whole, stretches))
    for name, values in a["model"].items():
        assert torch.equal(values, b["model"][name]), name
    assert torch.equal(a["random"], b["random"])
    assert [entry["figures"] for entry in a["history"]] == [entry["figures"] for entry in b["history"]]


def test_static_training_has_a_network_of_zeros(person: list[str], tmp_path: Path) -> None:
    assert run(person, tmp_path, "--steps", "3", "--static") == 0
    with np.load(tmp_path / "model.npz") as model:
        assert json.loads(model["meta"].tobytes())["network"]["widths"] == list(NO_NETWORK.widths)
        assert not model["sample/output"].any()
        assert not any(name.startswith("pca/") for name in model.files)


def test_pictures_of_cameras_without_expressions_train(tmp_path: Path) -> None:
    template = tiny_template()
    capture = save_capture(tmp_path / "capture", template, layout="cameras")
    arrays = template.arrays | {"morph_deltas": template.arrays["morph_deltas"][:0]}
    bare = replace(template, arrays=arrays, meta=template.meta | {"expressions": []})
    person = ["--capture", str(capture), "--template", str(save_template(tmp_path / "template.npz", bare))]
    assert run(person, tmp_path / "out", "--network-size", "16", "--steps", "3") == 0
    with np.load(tmp_path / "out" / "model.npz") as model:
        assert model["morph_deltas"].shape == (0, len(template), 3)


def test_training_is_not_begun_over_another(person: list[str], tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    assert run(person, tmp_path, "--steps", "4", "--stop-after", "1") == 0
    assert run(person, tmp_path, "--steps", "4") == 1
    assert "go on with --resume" in capsys.readouterr().err
    assert run(person, tmp_path, "--steps", "4", "--resume", "--seed", "2") == 1
    assert "other settings (seed)" in capsys.readouterr().err
    assert run(person, tmp_path / "nothing", "--resume") == 1
    assert "no training to go on with" in capsys.readouterr().err
    (tmp_path / "checkpoint.pt").write_bytes(b"PK\x03\x04 cut off")
    assert run(person, tmp_path, "--steps", "4", "--resume") == 1
    assert "is damaged" in capsys.readouterr().err


def test_divergence_keeps_the_last_checkpoint(
    person: list[str], tmp_path: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(person, tmp_path, "--steps", "9", "--stop-after", "2") == 0
    before = (tmp_path / "checkpoint.pt").read_bytes()
    monkeypatch.setattr("gaussian_avatar_training.losses.mask_loss", lambda coverage, _: coverage.sum() * torch.nan)
    assert run(person, tmp_path, "--steps", "9", "--resume") == 1
    assert "Step 3: the loss is nan. The training has diverged" in capsys.readouterr().err
    assert (tmp_path / "checkpoint.pt").read_bytes() == before


def test_full_disk_keeps_the_last_checkpoint(
    person: list[str], tmp_path: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(person, tmp_path, "--steps", "9", "--stop-after", "2") == 0
    before = (tmp_path / "checkpoint.pt").read_bytes()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    assert run(person, tmp_path, "--steps", "9", "--stop-after", "2", "--resume") == 1
    assert "checkpoint.pt cannot be written: the disk is full" in capsys.readouterr().err
    assert (tmp_path / "checkpoint.pt").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkpoint.pt", "pictures"]


def test_full_disk_at_a_picture_is_named(
    person: list[str], tmp_path: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.replace

    def full(path: Path, target: Path) -> Path:
        if target.suffix == ".jpg":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(path, target)

    monkeypatch.setattr(Path, "replace", full)
    assert run(person, tmp_path, "--steps", "4", "--report", "2") == 1
    assert "step_000002.jpg cannot be written: the disk is full" in capsys.readouterr().err
    assert not any((tmp_path / "pictures").iterdir())
    monkeypatch.undo()
    (tmp_path / "pictures").rmdir()
    assert run(person, tmp_path, "--steps", "4", "--report", "2", "--resume") == 0


def test_training_goes_on_with_the_same_template(
    person: list[str], tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    assert run(person, tmp_path, "--steps", "4", "--stop-after", "1") == 0
    template = tiny_template()
    moved = replace(template, arrays=template.arrays | {"positions": template.arrays["positions"] + 0.001})
    path = save_template(tmp_path / "moved.npz", moved)
    assert run([*person[:3], str(path), *person[4:]], tmp_path, "--steps", "4", "--resume") == 1
    assert "is of another template" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["history", "random", "version"])
def test_other_files_are_no_checkpoints(
    person: list[str], tmp_path: Path, capsys: pytest.CaptureFixture, name: str
) -> None:
    assert run(person, tmp_path, "--steps", "9", "--stop-after", "1") == 0
    path = tmp_path / "checkpoint.pt"
    torch.save({key: value for key, value in torch.load(path, weights_only=True).items() if key != name}, path)
    assert run(person, tmp_path, "--steps", "9", "--resume") == 1
    assert f"is no checkpoint: it lacks {name}" in capsys.readouterr().err


@pytest.mark.parametrize("size", ["8", "12"])
def test_networks_that_do_not_fit_are_named(
    person: list[str], tmp_path: Path, capsys: pytest.CaptureFixture, size: str
) -> None:
    assert run(person, tmp_path, "--steps", "1", "--network-size", size) == 1
    assert f"A network of {size}² pixels does not fit maps of 16²: --network-size must be one of [16]" in (
        capsys.readouterr().err
    )


@pytest.mark.parametrize("option", ["--steps", "--minutes", "--report", "--stop-after", "--threads"])
def test_lengths_are_above_zero(person: list[str], tmp_path: Path, option: str) -> None:
    with pytest.raises(SystemExit):
        run(person, tmp_path, option, "0")


def spoilt(person: list[str], folder: Path, path: str, change: Callable[[dict], None]) -> list[str]:
    """The capture of a person with something changed in one of its files."""
    shutil.copytree(person[1], folder)
    values = json.loads((folder / path).read_text())
    change(values)
    (folder / path).write_text(json.dumps(values))
    return ["--capture", str(folder), *person[2:]]


def test_cameras_of_another_room_are_named(person: list[str], tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    def move(cameras: dict) -> None:
        for camera in cameras.values():
            camera["T"] = [0.8, 0, 1.5]

    moved = spoilt(person, tmp_path / "capture", "calibration.json", move)
    assert run(moved, tmp_path / "out", "--steps", "1") == 1
    message = capsys.readouterr().err
    print(message.strip())
    assert "of what the masks show: cameras, poses and pictures do not belong together" in message


def test_captures_that_keep_nothing_back_are_named(
    person: list[str], tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    def train_on_all(manifest: dict) -> None:
        for frame in manifest["frames"]:
            frame["split"] = "train"

    whole = spoilt(person, tmp_path / "capture", "capture.json", train_on_all)
    assert run(whole, tmp_path / "out", "--steps", "1") == 1
    assert "keeps nothing to measure with" in capsys.readouterr().err


def test_templates_of_other_joints_are_named(person: list[str], tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    template = tiny_template()
    for joint in template.meta["joints"]:
        joint["name"] = f"Bip {joint['name']}"
    path = save_template(tmp_path / "template.npz", template)
    assert run([*person[:3], str(path), *person[4:]], tmp_path / "out", "--steps", "1") == 1
    assert "No joint of the template (Bip pelvis, …) is one that" in capsys.readouterr().err


def test_samples_have_cameras_of_one_size(tmp_path: Path) -> None:
    template = tiny_template()
    capture = Capture(save_capture(tmp_path / "capture", template, frames=3))
    camera = capture.camera
    capture.camera = lambda shot: replace(camera(shot), width=48 - 8 * shot.frame)
    shots = [Shot(frame, "cam03") for frame in range(3)]
    crops = [Crop(shot, np.zeros((48, 48, 4), np.uint8), camera(shot), "body") for shot in shots]
    samples = sample_poses(capture, Stage(capture, template, torch.device("cpu")), crops)
    assert [sample.camera.width for sample in samples] == [48]


def test_budget_by_steps_and_by_the_clock() -> None:
    assert Budget(steps=10).progress(4, 999) == pytest.approx(0.4)
    assert Budget(minutes=2).progress(4, 30) == pytest.approx(0.25)
    assert Budget(minutes=2).progress(4, 500) == 1
