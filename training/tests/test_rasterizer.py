"""The native rasteriser against the renderer to be read, finite differences, the plain PyTorch one, and bad input."""

from __future__ import annotations

import numpy as np
import pytest
import reference
import torch
from scenes import Scene, random_scene, test_camera
from torch import Tensor

from gaussian_avatar_training.camera import Camera
from gaussian_avatar_training.projection import pose_gaussians, project_gaussians
from gaussian_avatar_training.rasterizer import Gaussians, render
from gaussian_avatar_training.tiles import draw_tiles

BACKGROUND = torch.tensor((0.2, 0.5, 0.8), dtype=torch.float64)


def posed(scene: Scene) -> Gaussians:
    positions, covariances = pose_gaussians(*scene[:4])
    gaussians = Gaussians(positions, covariances, scene.opacities, scene.colors)
    return Gaussians(*(part.detach().requires_grad_() for part in gaussians))


def gradients(image: Tensor, inputs: tuple[Tensor, ...]) -> list[Tensor]:
    weights = torch.rand(image.shape, generator=torch.Generator().manual_seed(9), dtype=torch.float64).to(image) - 0.4
    return list(torch.autograd.grad((image * weights).sum(), inputs))


def relative(a: Tensor, b: Tensor) -> float:
    return float((a.double() - b.double()).abs().max() / b.double().abs().max())


@pytest.mark.parametrize("is_antialiased", [False, True])
@pytest.mark.parametrize("distance", [1.5, 0.2])  # at 0.2 m some are behind, some beyond the limit of the slope
def test_equals_the_renderer_to_be_read(distance: float, is_antialiased: bool) -> None:
    camera = test_camera(30, 27, distance)
    gaussians = posed(random_scene(40, seed=1))
    drawn = render(gaussians, camera, BACKGROUND, transmittance_min=0, is_antialiased=is_antialiased)
    expected = reference.render(*gaussians, camera, BACKGROUND, is_antialiased)
    errors = [relative(a, b) for a, b in zip(gradients(drawn, gaussians), gradients(expected, gaussians), strict=True)]
    print(f"image {float((drawn - expected).detach().abs().max()):.1e}, gradients {max(errors):.1e}")
    # Both are double precision; sums are in another order.
    assert float((drawn - expected).detach().abs().max()) < 1e-12
    assert max(errors) < 1e-9


@pytest.mark.parametrize("is_antialiased", [False, True])
def test_gradients_equal_finite_differences(is_antialiased: bool) -> None:
    camera = test_camera(24, 20)
    scene = random_scene(12, seed=4)
    leaves = [part.clone().requires_grad_() for part in (*scene[:3], *scene[4:])]

    def value(parts: list[Tensor]) -> Tensor:
        positions, log_scales, rotations, opacities, colors = parts
        gaussians = Gaussians(*pose_gaussians(positions, log_scales, rotations, scene.matrices), opacities, colors)
        image = render(gaussians, camera, BACKGROUND, transmittance_min=0, is_antialiased=is_antialiased)
        weights = torch.rand(image.shape, generator=torch.Generator().manual_seed(9), dtype=torch.float64) - 0.4
        return (image * weights).sum()

    analytic = torch.autograd.grad(value(leaves), leaves)
    step = 1e-6
    total = near = 0
    with torch.no_grad():
        for place, gradient in enumerate(analytic):
            for i in range(gradient.numel()):
                moved = [part.clone() for part in leaves]
                moved[place].view(-1)[i] += step
                above = value(moved)
                moved[place].view(-1)[i] -= 2 * step
                difference = float(above - value(moved)) / (2 * step)
                total += 1
                near += abs(difference - float(gradient.view(-1)[i])) < 1e-5 * max(1.0, abs(difference))
    print(f"{near} of {total} agree")
    # Where a pixel enters or leaves at alpha 1/255 within the step, a difference has no meaning.
    assert near >= 0.97 * total


def test_single_precision_equals_double() -> None:
    camera = test_camera(90, 70)
    exact = posed(random_scene(400, seed=2))
    single = Gaussians(*(part.detach().float().requires_grad_() for part in exact))
    a, b = (render(gaussians, camera, transmittance_min=0) for gaussians in (single, exact))
    errors = [relative(x, y) for x, y in zip(gradients(a, single), gradients(b, exact), strict=True)]
    print(f"image {float((a - b).detach().abs().max()):.1e}, gradients {max(errors):.1e}")
    # Splats that end at alpha 1/255 end a pixel sooner or later: up to 1/255 in single pixels.
    assert float((a - b).detach().abs().max()) < 1.5 / 255
    assert float((a - b).detach().abs().mean()) < 1e-5
    assert max(errors) < 0.02


def test_any_number_of_threads_gives_the_same_bits() -> None:
    camera = test_camera(120, 100)
    gaussians = Gaussians(*(part.detach().float().requires_grad_() for part in posed(random_scene(500, seed=3))))
    results = []
    before = torch.get_num_threads()
    try:
        for threads in (1, 2, 3):
            torch.set_num_threads(threads)
            image = render(gaussians, camera, BACKGROUND.float())
            results.append([image, *gradients(image, gaussians)])
    finally:
        torch.set_num_threads(before)
    assert all(torch.equal(a, b) for other in results[1:] for a, b in zip(results[0], other, strict=True))


def test_ending_dense_pixels_changes_less_than_its_threshold() -> None:
    camera = test_camera(64, 64, distance=1)
    gaussians = posed(random_scene(3000, seed=5))
    ended, whole = render(gaussians, camera, transmittance_min=1e-3), render(gaussians, camera, transmittance_min=0)
    error = float((ended - whole).detach().abs().max())
    print(f"largest difference {error:.1e}")
    assert 0 < error < 1.2e-3  # colours reach 1.1
    # What still shines through is left out of gradients too, which are of single Gaussians: a few per cent at most.
    for a, b in zip(gradients(ended, gaussians), gradients(whole, gaussians), strict=True):
        assert relative(a, b) < 0.05


@pytest.mark.parametrize("background", [None, BACKGROUND, torch.rand(33, 34, 3, dtype=torch.float64)])
def test_plain_pytorch_draws_the_same(background: Tensor | None) -> None:
    camera = test_camera(34, 33)
    gaussians = posed(random_scene(60, seed=6))
    native = render(gaussians, camera, background, transmittance_min=0, is_antialiased=False)
    means, conics, depths = project_gaussians(gaussians.positions, gaussians.covariances, camera)
    plain = draw_tiles(means, conics, gaussians.opacities, gaussians.colors, depths, background, (34, 33))
    assert float((native - plain).detach().abs().max()) < 1e-12
    pairs = zip(gradients(native, gaussians), gradients(plain, gaussians), strict=True)
    assert max(relative(a, b) for a, b in pairs) < 1e-9


def test_a_window_shows_what_the_whole_picture_shows_there() -> None:
    camera = test_camera(80, 60, distance=0.4)
    gaussians = posed(random_scene(80, seed=7))
    whole = render(gaussians, camera, transmittance_min=0)
    part = render(gaussians, camera.window(13, 22, 37, 30), transmittance_min=0)
    assert float((whole[22:52, 13:50] - part).detach().abs().max()) < 1e-12


@pytest.mark.parametrize("count", [0, 3])
def test_nothing_to_see_is_the_background_without_gradients(count: int) -> None:
    scene = random_scene(count, seed=8)
    camera = test_camera(20, 18, distance=-5)  # all are behind it
    gaussians = posed(scene)
    image = render(gaussians, camera, BACKGROUND)
    assert torch.equal(image[..., :3], BACKGROUND.expand(18, 20, 3))
    assert float(image[..., 3].detach().abs().max()) == 0
    assert all(float(gradient.abs().sum()) == 0 for gradient in gradients(image, gaussians))


@pytest.mark.parametrize("name", Gaussians._fields)
def test_what_is_not_finite_is_named(name: str) -> None:
    gaussians = Gaussians(*(part.detach().clone() for part in posed(random_scene(9, seed=1))))
    getattr(gaussians, name)[4] = float("nan")
    with pytest.raises(ValueError, match=rf"1 of 9 rows of {name} are not finite, the first is row 4"):
        render(gaussians, test_camera())


def test_shapes_that_do_not_match_are_named() -> None:
    gaussians = posed(random_scene(9, seed=1))
    with pytest.raises(ValueError, match=r"colors must be \[N,3\]"):
        render(gaussians._replace(colors=gaussians.colors[:, :2]), test_camera())
    with pytest.raises(ValueError, match="opacities has 4 rows"):
        render(gaussians._replace(opacities=gaussians.opacities[:4]), test_camera())
    with pytest.raises(ValueError, match="colors is torch"):
        render(gaussians._replace(colors=gaussians.colors.float()), test_camera())
    with pytest.raises(ValueError, match=r"background must be \[3\]"):
        render(gaussians, test_camera(), torch.zeros(4))
    with pytest.raises(ValueError, match="focal lengths above zero"):
        Camera.calibrated([0, 0, 1, 0, 1, 1, 0, 0, 1], [1, 0, 0, 0, 1, 0, 0, 0, 1], [0, 0, 0], 4, 4)


def test_energy_does_not_depend_on_how_far_away_a_splat_is() -> None:
    covariances = torch.zeros(1, 6, dtype=torch.float64)
    covariances[0, [0, 3]] = 0.02**2  # flat, so that it is no wider beside the axis
    opacities, colors = torch.full((1,), 0.5, dtype=torch.float64), torch.ones(1, 3, dtype=torch.float64)
    places = 0.3 * torch.rand(40, 1, 3, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    places[..., 2] = 0
    sums = []
    for distance in (1.0, 4.0):  # splats are wider than a pixel, then a third of one
        camera = Camera.calibrated(
            np.array([[60, 0, 20], [0, 60, 20], [0, 0, 1.0]]), np.eye(3), np.array([0, 0, distance]), 64, 64
        )
        drawn = [render(Gaussians(p, covariances, opacities, colors), camera, transmittance_min=0) for p in places]
        # A pixel shows what is in its middle: only the mean over many places is the integral.
        sums.append(float(torch.stack(drawn)[..., 3].sum()) * distance**2)
    print(f"{sums[1] / sums[0]:.3f}")
    # What is below 1/255 is not drawn, which takes more from pale splats.
    assert sums[1] == pytest.approx(sums[0], rel=0.05)
