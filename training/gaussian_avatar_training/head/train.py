"""`python -m gaussian_avatar_training.head.train --capture captures/ada-head --out runs/ada-head`."""

from __future__ import annotations

import argparse
import io
import json
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from ..capture import Capture, Shot
from ..checkpoint import load_checkpoint, save_checkpoint, write_atomically
from ..trainer import Budget
from ..training_error import TrainingError
from .evaluation import comparison, evaluate, plain, table
from .pictures import HeadPicture, load_pictures
from .points import make_points
from .settings import HeadSettings
from .trainer import HeadTrainer

DEFAULT_MINUTES = 45.0

LIVE_PICTURES, SHEET_PICTURES = 10, 6
"""Held-out pictures of the reports' figures, and of their sheets."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; one line of error where something is wrong."""
    options = _parser().parse_args(arguments)
    try:
        run(options)
    except (TrainingError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def run(options: argparse.Namespace) -> HeadTrainer:
    """Train, report, and write the head.

    Raises:
        TrainingError: Whatever is wrong, in words for people.
    """
    if options.threads:
        torch.set_num_threads(options.threads)
    capture = Capture(options.capture)
    settings = HeadSettings(seed=options.seed, points=options.points, mesh_steps=options.mesh_steps)
    points = make_points(capture, options.capture, settings.points, settings.seed)
    columns = [capture.expression_names.index(name) for name in points.names]
    codes = torch.from_numpy(capture.expressions[:, columns].copy())
    held_out = load_pictures(capture, capture.shots(held_out=True))
    if not held_out:
        raise TrainingError(f"{options.capture} keeps nothing to measure with: capture with --held-out 24.")
    pictures = load_pictures(capture, capture.shots(held_out=False))
    print(f"{len(pictures)} pictures, {len(held_out)} held out; {len(points.positions)} points", flush=True)
    budget = Budget(steps=options.steps) if options.steps else Budget(minutes=options.minutes or DEFAULT_MINUTES)
    trainer = HeadTrainer(points, codes, pictures, settings, budget)
    history: list[dict[str, Any]] = []
    checkpoint = options.out / "checkpoint.pt"
    if options.resume:
        state = load_checkpoint(checkpoint)
        history = state.pop("history")
        trainer.restore(state)
    elif checkpoint.exists():
        raise TrainingError(f"{checkpoint} is there: go on with --resume, or give another --out.")
    (options.out / "pictures").mkdir(parents=True, exist_ok=True)
    if not options.resume:
        trainer.teach()
        mean, most = trainer.mesh.errors(trainer.model, codes[[shot.frame for shot in _frames(held_out)]])
        print(f"mesh: {1e3 * mean:.2f} mm off, 99 % below {1e3 * most:.2f} mm", flush=True)
        save_checkpoint(checkpoint, trainer.state() | {"history": history})
    _go(trainer, options, held_out, history, checkpoint)
    if trainer.progress >= 1:
        # Here, so that what is wrong with a file costs no training.
        from .finish import finish

        command = shlex.join(["python", "-m", "gaussian_avatar_training.head.train", *sys.argv[1:]])
        finish(options.out, trainer, capture, held_out, command)
    return trainer


def _go(
    trainer: HeadTrainer,
    options: argparse.Namespace,
    held_out: list[HeadPicture],
    history: list[dict[str, Any]],
    checkpoint: Path,
) -> None:
    losses: list[float] = []
    live = _evenly(held_out, LIVE_PICTURES)
    while trainer.progress < 1:
        losses.append(trainer.step())
        if trainer.steps_done % options.report and trainer.progress < 1:
            continue
        state = trainer.state()
        figures = evaluate(trainer, live)
        loss = sum(losses) / len(losses)
        losses = []
        history.append({"steps": trainer.steps_done, "seconds": trainer.seconds, "loss": loss} | plain(figures))
        print(f"{trainer.steps_done:6} {trainer.seconds / 60:6.1f} min  loss {loss:.4f}   {table(figures)}", flush=True)
        save_checkpoint(checkpoint, state | {"history": history})
        buffer = io.BytesIO()
        comparison(trainer, _evenly(held_out, SHEET_PICTURES)).save(buffer, "JPEG", quality=92)
        write_atomically(options.out / "pictures" / f"step_{trainer.steps_done:06}.jpg", buffer.getbuffer())
        write_atomically(options.out / "history.json", json.dumps(history, indent=1).encode())


def _frames(pictures: list[HeadPicture]) -> list[Shot]:
    return list({picture.shot.frame: picture.shot for picture in pictures}.values())


def _evenly(items: list, most: int) -> list:
    """At most so many, spread over all; an odd step, or it would be one camera's each time."""
    step = max(1, len(items) // most) // 2 * 2 + 1
    return [items[at * step % len(items)] for at in range(min(most, len(items)))]


def _count(word: str) -> int:
    number = int(word)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{word} is not above zero")
    return number


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gaussian_avatar_training.head.train", description=__doc__)
    parser.add_argument("--capture", type=Path, required=True, help="folder of a capture made with --of head")
    parser.add_argument("--out", type=Path, required=True, help="folder of the training")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--steps", type=_count, help="how long to train")
    length.add_argument("--minutes", type=float, help=f"the same by the clock (default {DEFAULT_MINUTES:g})")
    parser.add_argument("--resume", action="store_true", help="go on with the training in --out")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--points", type=_count, default=HeadSettings().points, help="Gaussians, about")
    parser.add_argument(
        "--mesh-steps", type=_count, default=HeadSettings().mesh_steps, help="steps in which the mesh teaches"
    )
    parser.add_argument("--report", type=_count, default=500, help="steps between reports and checkpoints")
    parser.add_argument("--threads", type=_count, help="CPU threads (default: all)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
