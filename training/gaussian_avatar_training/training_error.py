"""What stops a training, in words for people."""

from __future__ import annotations


class TrainingError(Exception):
    """Something that a caller can mend: a damaged capture, a full disk, numbers that have diverged.

    The message names the thing, what was found, and the remedy.
    """
