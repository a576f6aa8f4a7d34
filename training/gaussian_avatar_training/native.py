"""Calls the native library with tensors."""

from __future__ import annotations

import ctypes
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from .rules import ALPHA_MAX, ALPHA_MIN

_SUFFIXES = {torch.float32: "f32", torch.float64: "f64"}


def _load() -> ctypes.CDLL:
    folder = Path(__file__).parent
    for suffix in EXTENSION_SUFFIXES:
        path = folder / f"_native{suffix}"
        if path.exists():
            return ctypes.CDLL(str(path))
    raise ImportError(f"The native library is not in {folder}: run `pip install -e training`.")


_LIBRARY = _load()


class Rules(ctypes.Structure):
    """The words of `Rules` in csrc/tiles.h."""

    _fields_ = [(name, ctypes.c_double) for name in ("alpha_min", "alpha_max", "transmittance_min")]


def drawing_rules(transmittance_min: float) -> Rules:
    """The rules of drawing as the library reads them."""
    return Rules(ALPHA_MIN, ALPHA_MAX, transmittance_min)


def is_supported(tensor: Tensor) -> bool:
    """Whether the library takes such a tensor; others go through plain PyTorch."""
    return tensor.device.type == "cpu" and tensor.dtype in _SUFFIXES


def call(name: str, dtype: torch.dtype, *arguments: Any, result: Any = None) -> Any:
    """Call a function for one floating type.

    Args:
        name: Of the function in csrc/api.cpp, without its ending.
        dtype: float32 or float64; every tensor is of it.
        arguments: Contiguous CPU tensors, integers, ctypes structures (by reference) and None (a null pointer).
        result: Type of ctypes of what it returns.

    Returns:
        What it returns.
    """
    function = getattr(_LIBRARY, f"{name}_{_SUFFIXES[dtype]}")
    function.restype = result
    return function(*(_argument(value, dtype) for value in arguments))


def _argument(value: Any, dtype: torch.dtype) -> Any:
    if isinstance(value, Tensor):
        if value.dtype != dtype or not value.is_contiguous() or value.device.type != "cpu":
            raise TypeError(f"Expected a contiguous tensor of {dtype} on the CPU, got {value.dtype} on {value.device}.")
        return ctypes.c_void_p(value.data_ptr())
    return ctypes.byref(value) if isinstance(value, ctypes.Structure) else value


def threads() -> int:
    """As many threads as PyTorch has: `torch.set_num_threads`."""
    return torch.get_num_threads()


class Drawing:
    """What drawing leaves for its gradient: splats, sorted, and their tiles. Owned by the library."""

    def __init__(self, pointer: int, dtype: torch.dtype) -> None:
        self.pointer = ctypes.c_void_p(pointer)
        self.dtype = dtype

    def __del__(self) -> None:
        call("free_drawing", self.dtype, self.pointer)
