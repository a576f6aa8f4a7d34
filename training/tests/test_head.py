"""Heads: networks to the rules of the run time, pictures of many channels, a training, and its file."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from make_tiny_head import FIXTURE, SETTINGS, tiny_head, tiny_picture, tiny_points, write_tiny_head

from gaussian_avatar_training.head.head_model import HeadModel, draw_channels
from gaussian_avatar_training.head.mesh_stage import MeshStage
from gaussian_avatar_training.head.networks import Perceptron, Refiner, encode
from gaussian_avatar_training.head.pictures import halve
from gaussian_avatar_training.head.trainer import HeadTrainer
from gaussian_avatar_training.projection import blend_matrices, pose_gaussians
from gaussian_avatar_training.rasterizer import Gaussians, render
from gaussian_avatar_training.trainer import Budget
from gaussian_avatar_training.training_error import TrainingError

CODES = torch.tensor([[0.0, 0, 0], [0.8, 0.1, 0.3], [0.2, 0.9, 0.0], [0.5, 0.5, 0.5]])


def run_plainly(widths: list[int], parameters: np.ndarray, given: np.ndarray) -> np.ndarray:
    """A perceptron as docs/format.md has it, for one point."""
    running, at, skip = given, 0, len(widths) // 2
    for layer, outputs in enumerate(widths[1:]):
        joined = np.concatenate((running, given)) if layer == skip else running
        weights = parameters[at : at + outputs * len(joined)].reshape(outputs, -1)
        at += weights.size
        running = weights @ joined + parameters[at : at + outputs]
        at += outputs
        if layer < len(widths) - 2:
            running = np.where(running > 0, running, 0.01 * running)
    assert at == len(parameters)
    return running


@pytest.mark.parametrize("widths", [(7, 5, 2), (7, 6, 5, 3), (7, 6, 5, 4, 3)])
def test_perceptron_follows_the_rules_of_the_format(widths: tuple[int, ...]) -> None:
    random = torch.Generator().manual_seed(1)
    network = Perceptron(widths, random)
    rows, code = torch.randn(9, 4, generator=random), torch.randn(3, generator=random)
    parameters = network.parameters_row().double().numpy()
    wanted = [run_plainly(list(widths), parameters, np.append(row, code).astype(float)) for row in rows.numpy()]
    np.testing.assert_allclose(network(rows, code).detach(), np.stack(wanted), atol=1e-5)


def test_encoding_is_in_blocks_over_the_whole_vector() -> None:
    values = torch.tensor([[0.3, -1.0, 2.0]])
    encoded = encode(values, 2)[0].numpy()
    x = values[0].numpy()
    np.testing.assert_allclose(
        encoded, np.concatenate((x, np.sin(x), np.cos(x), np.sin(2 * x), np.cos(2 * x))), atol=1e-6
    )


def test_refiner_has_the_names_of_the_published_one_and_a_way_past_it() -> None:
    refiner = Refiner(9, 4)
    assert {name: tuple(values.shape) for name, values in refiner.state_dict().items()} == {
        "inc.double_conv.0.weight": (8, 9, 3, 3),
        "inc.double_conv.3.weight": (8, 8, 3, 3),
        "up1.conv.double_conv.0.weight": (4, 8, 3, 3),
        "up1.conv.double_conv.3.weight": (4, 4, 3, 3),
        "outc.conv.weight": (3, 4, 1, 1),
        "outc.conv.bias": (3,),
        "skip.weight": (3, 9, 1, 1),
    }


def test_refiner_begins_with_the_first_channels_enlarged() -> None:
    features = torch.rand(1, 9, 16, 16, generator=torch.Generator().manual_seed(1))
    enlarged = Refiner(9, 4)(features)
    assert enlarged.shape == (1, 3, 32, 32)
    # Pixels lie a quarter of a pixel aside of those that they are made of.
    x = features[0, :3, 4, 3:5].double()
    wanted = 0.75 * (0.75 * x[:, 0] + 0.25 * x[:, 1])
    y = features[0, :3, 5, 3:5].double()
    wanted += 0.25 * (0.75 * y[:, 0] + 0.25 * y[:, 1])
    torch.testing.assert_close(enlarged[0, :, 9, 7].double(), wanted, atol=1e-6, rtol=0)


def test_channels_are_drawn_as_colours_are_over_one() -> None:
    points = tiny_points()
    model, camera = tiny_head(points), tiny_picture().half_camera
    made = model(CODES[1])
    blended = blend_matrices(torch.from_numpy(points.matrices[1]), model.joints, model.weights)
    posed = pose_gaussians(made.positions, made.log_scales, made.rotations, blended)
    picture = draw_channels(*posed, made.opacities, made.channels, camera)
    assert picture.shape == (1, SETTINGS.channels, 32, 32)
    plain = render(Gaussians(*posed, made.opacities, made.channels[:, 1:4].contiguous()), camera)
    torch.testing.assert_close(picture[0, 1:].permute(1, 2, 0), plain[..., :3] + 1 - plain[..., 3:])
    # Where there is nothing all is one.
    assert picture[0, :, 0, 0].tolist() == [1.0] * SETTINGS.channels


def test_gradients_reach_everything_and_are_those_of_differences() -> None:
    points = tiny_points()
    model = tiny_head(points).double()
    camera, matrices = tiny_picture().half_camera, torch.from_numpy(points.matrices[1]).double()

    def loss() -> torch.Tensor:
        (drawn,) = model.draw(model(CODES[1].double()), matrices, [camera])
        return (model.refiner(drawn) - 0.3).square().mean() + drawn[:, :3].square().mean()

    loss().backward()
    assert all(parameter.grad is not None and bool(parameter.grad.any()) for parameter in model.parameters())
    random = np.random.default_rng(2)
    for parameter in (model.features, model.positions, model.deformation.weights[1], model.color.biases[0]):
        row = parameter.grad.flatten()
        at = int(random.choice(np.flatnonzero(row.abs() > row.abs().mean())))
        step, flat = 1e-6, parameter.data.view(-1)
        flat[at] += step
        more = loss().item()
        flat[at] -= 2 * step
        less = loss().item()
        flat[at] += step
        assert (more - less) / (2 * step) == pytest.approx(row[at].item(), rel=2e-3, abs=1e-9)


def test_mesh_teaches_the_deformation() -> None:
    points = tiny_points()
    model, stage = HeadModel(points, SETTINGS), MeshStage(points, CODES)
    before, _ = stage.errors(model, CODES)
    stage.train(model, 300, torch.Generator().manual_seed(1))
    after, _ = stage.errors(model, CODES)
    assert after < 0.4 * before


def test_training_goes_on_in_the_same_bits() -> None:
    points, truth = tiny_points(), tiny_head(tiny_points())
    pictures = []
    for frame in range(4):
        picture = tiny_picture(frame)
        with torch.no_grad():
            (drawn,) = truth.draw(truth(CODES[frame]), torch.from_numpy(points.matrices[frame]), [picture.camera])
        pixels = np.full((*drawn.shape[2:], 4), 255, np.uint8)
        pixels[..., :3] = (drawn[0, :3].permute(1, 2, 0).clamp(0, 1) * 255).byte().numpy()
        pictures.append(replace(picture, pixels=pixels))
    settings = replace(SETTINGS, rough=0.3)

    def begin() -> HeadTrainer:
        return HeadTrainer(points, CODES, pictures, settings, Budget(steps=12))

    whole = begin()
    losses = [whole.step() for _ in range(6)]
    state = deepcopy(whole.state())
    losses += [whole.step() for _ in range(6)]
    rest = begin()
    rest.restore(state)
    assert [rest.step() for _ in range(6)] == losses[6:]
    assert whole.progress == 1
    other = HeadTrainer(points, CODES, pictures, replace(settings, focus=1.0), Budget(steps=12))
    with pytest.raises(TrainingError, match="other settings"):
        other.restore(state)


def test_half_pictures_are_means() -> None:
    picture = torch.rand(8, 6, 3)
    torch.testing.assert_close(halve(picture)[1, 2], picture[2:4, 4:6].mean((0, 1)))


def test_fixture_of_the_run_time_is_what_this_version_writes(tmp_path: Path) -> None:
    write_tiny_head(tmp_path / "head.npz")
    with np.load(tmp_path / "head.npz") as now, np.load(FIXTURE) as kept:
        assert sorted(now.files) == sorted(kept.files)
        assert json.loads(now["meta"].tobytes()) == json.loads(kept["meta"].tobytes())
        for name in now.files:
            assert (now[name].shape, now[name].dtype) == (kept[name].shape, kept[name].dtype), name
            np.testing.assert_allclose(now[name].astype(float), kept[name].astype(float), atol=1e-4, rtol=1e-4)
    assert FIXTURE.stat().st_size < 400_000


def test_file_makes_what_the_head_makes(tmp_path: Path) -> None:
    write_tiny_head(tmp_path / "head.npz")
    model = tiny_head(tiny_points())
    with np.load(tmp_path / "head.npz") as file:
        meta = json.loads(file["meta"].tobytes())
        row, code = int(file["sample/points"][7]), file["sample/codes"][1]
        place = encode(torch.from_numpy(file["positions"][row : row + 1]), meta["octaves"])[0].numpy()
        given = np.append(place, code).astype(float)
        way = np.tanh(run_plainly(meta["widths"]["deformation"], file["net/deformation"].astype(float), given))
        position = file["positions"][row] + meta["gains"]["position"] * way
        wanted = np.array(meta["origin"]) + meta["unit"] * position
        np.testing.assert_allclose(file["sample/positions"][1, 7], wanted, atol=1e-5)
        np.testing.assert_allclose(file["features"], model.features.detach().tanh(), atol=1e-6)
        assert (meta["expressions"], meta["refiner"]["side"]) == (["jawOpen", "eyeBlinkLeft", "mouthSmileLeft"], 32)
