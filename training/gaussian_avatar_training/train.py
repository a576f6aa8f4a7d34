"""`python -m gaussian_avatar_training.train --capture captures/ada --template template.npz --out runs/ada`."""

from __future__ import annotations

import argparse
import io
import json
import math
import shlex
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from .avatar_model import NetworkShape
from .capture import Capture, Shot, count_targets
from .checkpoint import load_checkpoint, save_checkpoint, write_atomically
from .crops import Crop, load_crops
from .evaluation import comparison, evaluate, mean_psnr, table
from .finish import finish
from .settings import Settings
from .stage import Stage
from .template_file import read_template
from .trainer import Budget, Trainer
from .training_error import TrainingError

DEFAULT_STEPS = 7000
"""Three quarters of an hour on one core, after which little is gained."""

PATIENCE = 8
"""Reports without any gain after which a training ends."""

LEAST_GAIN = 0.01
"""Decibels."""

LEAST_OVERLAP = 0.5
"""Of template and masks before the first step; it is 0.9 and more where all is well."""

LIVE_PICTURES, FINAL_PICTURES = 6, 24
"""Held-out pictures of each kind of camera that figures are of: while training, and in the end."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; one line of error where something is wrong."""
    options = _parser().parse_args(arguments)
    try:
        run(options)
    except TrainingError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def run(options: argparse.Namespace) -> Trainer:
    """Train, report, and write the model.

    Raises:
        TrainingError: Whatever is wrong, in words for people.
    """
    if options.threads:
        torch.set_num_threads(options.threads)
    capture, template = Capture(options.capture), read_template(options.template)
    device = options.device or ("cuda" if torch.cuda.is_available() else "cpu")
    # Variances in SSIM are differences of all but equal numbers: ten bits of them are noise.
    torch.backends.cudnn.allow_tf32 = False
    settings = Settings(
        seed=options.seed,
        network=None if options.static else NetworkShape(size=options.network_size),
        warm_up=options.warm_up,
    )
    budget = Budget(minutes=options.minutes) if options.minutes else Budget(steps=options.steps or DEFAULT_STEPS)
    if settings.network is not None:
        _require_size(settings.network, template.meta["mapSize"])
    if not capture.shots(held_out=True):
        raise TrainingError(
            f"{options.capture} keeps nothing to measure with: no camera that is held out shot a frame that is."
        )
    stage = Stage(capture, template, torch.device(device))
    crops = load_crops(capture, capture.shots(held_out=False))
    held_out = load_crops(capture, spread(capture, capture.shots(held_out=True), FINAL_PICTURES))
    print(f"{len(crops)} pictures, {len(held_out)} held out: {count_targets(capture, (crop.shot for crop in crops))}")
    trainer = Trainer(template, stage, crops, settings, budget, device)
    journey = Journey(trainer, options.out, held_out, options.report)
    journey.begin(options.resume)
    if not options.resume:
        require_sight(trainer, crops)
    journey.go(options.stop_after)
    if trainer.progress >= 1 or journey.is_stale:
        command = shlex.join(["python", "-m", "gaussian_avatar_training.train", *sys.argv[1:]])
        finish(options.out, trainer, capture, template, held_out, command)
    return trainer


class Journey:
    """A training with its reports and checkpoints, in a folder."""

    def __init__(self, trainer: Trainer, folder: Path, held_out: list[Crop], report: int) -> None:
        """Prepare.

        Args:
            trainer: What trains.
            folder: Receives checkpoint.pt, metrics.json and pictures.
            held_out: Pictures to measure with.
            report: Steps between reports, each with a checkpoint.
        """
        self.trainer, self.folder, self.report = trainer, folder, report
        self.held_out = _live(held_out)
        self.history: list[dict[str, Any]] = []

    @property
    def checkpoint(self) -> Path:
        """Where the training stands."""
        return self.folder / "checkpoint.pt"

    @property
    def is_stale(self) -> bool:
        """Whether the last reports gained nothing."""
        scores = [entry["mean"] for entry in self.history]
        return len(scores) > PATIENCE and max(scores[-PATIENCE:]) < max(scores[:-PATIENCE]) + LEAST_GAIN

    def begin(self, is_resumed: bool) -> None:
        """Go on with what is in the folder, or begin there.

        Raises:
            TrainingError: There is a training that would be lost, or none to go on with.
        """
        if is_resumed:
            state = load_checkpoint(self.checkpoint)
            self.history = state.pop("history")
            self.trainer.restore(state)
        elif self.checkpoint.exists():
            raise TrainingError(f"{self.checkpoint} is there: go on with --resume, or give another --out.")
        try:
            (self.folder / "pictures").mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise TrainingError(f"{self.folder} cannot be made: {error}") from error

    def go(self, stop_after: int | None = None) -> None:
        """Train to the end, or some steps further.

        Raises:
            TrainingError: The training has diverged or the disk is full; the last checkpoint is whole.
        """
        trainer = self.trainer
        last = trainer.steps_done + stop_after if stop_after else None
        losses: list[float] = []
        while trainer.progress < 1 and trainer.steps_done != last and not self.is_stale:
            losses.append(trainer.step())
            if trainer.steps_done % self.report == 0 or trainer.progress >= 1:
                self._report(sum(losses) / len(losses))
                losses = []
        if trainer.steps_done == last:
            self.save()

    def save(self) -> None:
        """Write the checkpoint."""
        save_checkpoint(self.checkpoint, self.trainer.state() | {"history": self.history})

    def _report(self, loss: float) -> None:
        trainer, steps = self.trainer, self.trainer.steps_done
        state = trainer.state()
        figures = evaluate(trainer.model, trainer.stage, self.held_out)
        entry = {"steps": steps, "seconds": trainer.seconds, "loss": loss}
        entry |= {"mean": mean_psnr(figures), "figures": {name: row._asdict() for name, row in figures.items()}}
        self.history.append(entry)
        print(f"{steps:6} {trainer.seconds / 60:6.1f} min  loss {loss:.4f}   {table(figures)}", flush=True)
        save_checkpoint(self.checkpoint, state | {"history": self.history})
        write_atomically(self.folder / "history.json", json.dumps(self.history, indent=1).encode())
        picture = self.folder / "pictures" / f"step_{steps:06}.jpg"
        buffer = io.BytesIO()
        comparison(trainer.model, trainer.stage, self.held_out).save(buffer, "JPEG", quality=92)
        write_atomically(picture, buffer.getbuffer())


def require_sight(trainer: Trainer, crops: list[Crop]) -> None:
    """Require that the person of the template stands where the pictures show one.

    Raises:
        TrainingError: She does not: nothing could be learnt.
    """
    figures = evaluate(trainer.model, trainer.stage, _live(crops)).values()
    overlap = sum(row.iou * row.count for row in figures) / sum(row.count for row in figures)
    if overlap < LEAST_OVERLAP:
        raise TrainingError(
            f"The template covers {overlap:.0%} of what the masks show: cameras, poses and pictures do not belong "
            "together, or the template is of another capture. Draw the joints over some pictures to see which."
        )


def _require_size(shape: NetworkShape, map_size: int) -> None:
    halvings = 2 ** (len(shape.widths) - 1)
    if map_size % shape.size != 0 or shape.size % halvings != 0:
        fitting = [size for size in range(halvings, map_size + 1, halvings) if map_size % size == 0]
        raise TrainingError(
            f"A network of {shape.size}² pixels does not fit maps of {map_size}²: --network-size must be one of "
            f"{fitting}. None: make the template with a --size that is a multiple of {halvings}."
        )


def spread(capture: Capture, shots: list[Shot], most: int) -> list[Shot]:
    """At most so many shots of each kind of camera, evenly over what there is."""
    kinds: dict[str, list[Shot]] = defaultdict(list)
    for shot in shots:
        kinds[capture.views[shot.camera].target].append(shot)
    return sorted(shot for found in kinds.values() for shot in _evenly(found, most))


def _live(held_out: list[Crop]) -> list[Crop]:
    kinds: dict[str, list[Crop]] = defaultdict(list)
    for crop in held_out:
        kinds[crop.target].append(crop)
    return [crop for found in kinds.values() for crop in _evenly(found, LIVE_PICTURES)]


def _evenly(items: list, most: int) -> list:
    count = min(most, len(items))
    return [items[at * len(items) // count] for at in range(count)]


def _count(word: str) -> int:
    number = int(word)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{word} is not above zero")
    return number


def _minutes(word: str) -> float:
    number = float(word)
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"{word} is not above zero")
    return number


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gaussian_avatar_training.train", description=__doc__)
    parser.add_argument("--capture", type=Path, required=True, help="folder of the capture")
    parser.add_argument("--template", type=Path, required=True, help="template.npz of the person")
    parser.add_argument("--out", type=Path, required=True, help="folder of the training")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--steps", type=_count, help=f"how long to train (default {DEFAULT_STEPS})")
    length.add_argument("--minutes", type=_minutes, help="the same by the clock: learning rates fall as time passes")
    parser.add_argument("--stop-after", type=_count, help="steps after which this stretch ends, to be resumed")
    parser.add_argument("--resume", action="store_true", help="go on with the training in --out")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--static", action="store_true", help="train base values only, without a network")
    parser.add_argument("--warm-up", type=int, default=Settings().warm_up, help="steps before the network joins in")
    parser.add_argument("--network-size", type=_count, default=NetworkShape().size, help="side of the pose map, pixels")
    parser.add_argument("--report", type=_count, default=250, help="steps between reports and checkpoints")
    parser.add_argument(
        "--threads", type=_count, help="CPU threads (default: all); one a process is best when several run"
    )
    parser.add_argument("--device", help="cpu or cuda (default: cuda where there is one)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
