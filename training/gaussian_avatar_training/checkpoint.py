"""Stretches of a training: what one leaves, the next goes on with, to the same bits."""

from __future__ import annotations

import errno
import io
import os
from pathlib import Path
from typing import Any

import torch

from .training_error import TrainingError

PARTS = ("version", "settings", "steps", "seconds", "model", "optimizers", "random", "history")
"""What a checkpoint holds."""


def write_atomically(path: Path, data: bytes | memoryview) -> None:
    """Write a file wholly or not at all; what was there stays until the new one is complete.

    Raises:
        TrainingError: The disk is full, or nothing can be written there.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        what = "the disk is full" if error.errno == errno.ENOSPC else str(error)
        kept = "What was written before is whole: make room, then go on with --resume."
        raise TrainingError(f"{path} cannot be written: {what}. {kept}") from error


def save_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Write tensors and plain data; see `write_atomically`."""
    buffer = io.BytesIO()
    torch.save(state, buffer)
    write_atomically(path, buffer.getbuffer())


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Read what `save_checkpoint` wrote; runs no code of the file.

    Raises:
        TrainingError: It is missing or damaged.
    """
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise TrainingError(f"{path} is missing: there is no training to go on with.") from error
    except Exception as error:  # zipfile, pickle and PyTorch raise a dozen kinds, with advice that is none here
        raise TrainingError(f"{path} is damaged. Begin the training anew.") from error
    missing = [name for name in PARTS if not isinstance(state, dict) or name not in state]
    if missing:
        raise TrainingError(f"{path} is no checkpoint: it lacks {', '.join(missing)}. Begin the training anew.")
    return state
