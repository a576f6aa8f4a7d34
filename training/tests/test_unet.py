"""The network against one written to be read, on the names and shapes that the run time knows."""

from __future__ import annotations

import numpy as np
import torch

from gaussian_avatar_training.unet import LiteUnet

Weights = dict[str, np.ndarray]


def convolve(x: np.ndarray, weights: Weights, name: str, stride: int = 1) -> np.ndarray:
    weight, bias = weights[f"{name}.weight"], weights[f"{name}.bias"]
    border = weight.shape[2] // 2
    padded = np.pad(x, ((0, 0), (border, border), (border, border)))
    side = x.shape[1] // stride
    result = np.tile(bias[:, None, None], (1, side, side))
    for dy in range(weight.shape[2]):
        for dx in range(weight.shape[3]):
            part = padded[:, dy : dy + stride * side : stride, dx : dx + stride * side : stride]
            result += np.einsum("oc,cvu->ovu", weight[:, :, dy, dx], part)
    return result


def leak(x: np.ndarray) -> np.ndarray:
    return np.where(x > 0, x, 0.2 * x)


def double(x: np.ndarray) -> np.ndarray:
    """A pixel becomes four, each three quarters itself and one its neighbour, along both axes; borders go on."""
    for axis in (1, 2):
        first, last = np.take(x, [0], axis), np.take(x, [-1], axis)
        before = np.concatenate((first, np.delete(x, -1, axis)), axis)
        after = np.concatenate((np.delete(x, 0, axis), last), axis)
        pair = np.stack((0.75 * x + 0.25 * before, 0.75 * x + 0.25 * after), axis + 1)
        x = pair.reshape([size * (2 if at == axis else 1) for at, size in enumerate(x.shape)])
    return x


def to_be_read(x: np.ndarray, weights: Weights, levels: int) -> np.ndarray:
    x = leak(convolve(x, weights, "in"))
    skips = [x]
    for level in range(1, levels):
        x = leak(convolve(leak(convolve(x, weights, f"down.{level}.0", 2)), weights, f"down.{level}.1"))
        skips.append(x)
    for level in range(levels - 2, -1, -1):
        x = np.concatenate((double(x), skips[level]))
        x = leak(convolve(leak(convolve(x, weights, f"up.{level}.0")), weights, f"up.{level}.1"))
    return convolve(x, weights, "out")


def test_network_is_as_defined() -> None:
    random = torch.Generator().manual_seed(1)
    network = LiteUnet(widths=(4, 5, 6), generator=random).double()
    x = torch.randn(12, 8, 8, generator=random, dtype=torch.float64)
    assert not network(x).any()
    with torch.no_grad():
        for parameter in network.out.parameters():
            parameter.normal_(generator=random)
        found = network(x)
    weights = {name: values.numpy() for name, values in network.state_dict().items()}
    np.testing.assert_allclose(found, to_be_read(x.numpy(), weights, 3), atol=1e-12)


def test_names_and_shapes_are_those_of_the_run_time() -> None:
    shapes = {name: tuple(values.shape) for name, values in LiteUnet(widths=(4, 5, 6)).state_dict().items()}
    layers = {"in": (4, 12, 3), "down.1.0": (5, 4, 3), "down.1.1": (5, 5, 3), "down.2.0": (6, 5, 3)}
    layers |= {"down.2.1": (6, 6, 3), "up.1.0": (5, 11, 3), "up.1.1": (5, 5, 3), "up.0.0": (4, 9, 3)}
    layers |= {"up.0.1": (4, 4, 3), "out": (28, 4, 1)}
    expected = {f"{name}.weight": (o, i, k, k) for name, (o, i, k) in layers.items()}
    assert shapes == expected | {f"{name}.bias": (o,) for name, (o, _, _) in layers.items()}


def test_numbers_keep_their_size_from_layer_to_layer() -> None:
    random = torch.Generator().manual_seed(2)
    network = LiteUnet(widths=(16, 24, 32), generator=random)
    seen: list[float] = []
    for name, module in network.named_modules():
        if isinstance(module, torch.nn.Conv2d) and name != "out":
            module.register_forward_hook(lambda _m, _i, y: seen.append(float(y.std())))
    network(torch.randn(12, 32, 32, generator=random))
    assert len(seen) == 9
    assert 0.3 < min(seen) < max(seen) < 3
