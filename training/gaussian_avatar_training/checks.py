"""Checks of what callers hand in."""

from __future__ import annotations

from torch import Tensor


def check_rows(**tensors: tuple[Tensor, tuple[int, ...]]) -> None:
    """Check that tensors have rows of given shapes, and equally many of one type on one device.

    Args:
        tensors: By name: the tensor and the shape of one row.

    Raises:
        ValueError: Names the first that has not.
    """
    first_name, (first, _) = next(iter(tensors.items()))
    for name, (tensor, row) in tensors.items():
        if tuple(tensor.shape[1:]) != row or tensor.ndim == 0:
            raise ValueError(f"{name} must be [N{''.join(f',{size}' for size in row)}], not {list(tensor.shape)}.")
        if len(tensor) != len(first):
            raise ValueError(f"{name} has {len(tensor)} rows and {first_name} {len(first)}: they must be equally many.")
        if tensor.dtype != first.dtype or tensor.device != first.device:
            raise ValueError(
                f"{name} is {tensor.dtype} on {tensor.device} and {first_name} {first.dtype} on {first.device}."
            )


def check_finite(**tensors: Tensor) -> None:
    """Check that all numbers of tensors [N,…] are finite.

    Raises:
        ValueError: Names the tensor and its first row with one that is not.
    """
    for name, tensor in tensors.items():
        if not tensor.detach().sum().isfinite():
            rows = (~tensor.detach().isfinite()).reshape(len(tensor), -1).any(1).nonzero().flatten()
            if len(rows) > 0:
                raise ValueError(
                    f"{len(rows)} of {len(tensor)} rows of {name} are not finite, the first is row {int(rows[0])}: "
                    "training has diverged or its input is broken."
                )
