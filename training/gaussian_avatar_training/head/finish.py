"""The end of the training of a head: figures on all that was held out, a sheet of pictures, and the file."""

from __future__ import annotations

import io
import json
from pathlib import Path

import torch

from ..capture import Capture
from ..checkpoint import write_atomically
from .evaluation import comparison, evaluate, plain, table
from .export import export_head
from .pictures import HeadPicture
from .trainer import HeadTrainer

SAMPLES = 4
"""Faces that others are held to."""


def finish(folder: Path, trainer: HeadTrainer, capture: Capture, held_out: list[HeadPicture], command: str) -> None:
    """Write `metrics.json`, `pictures/final.jpg` and `head.npz`.

    Raises:
        TrainingError: Something cannot be written.
    """
    figures = evaluate(trainer, held_out)
    print(f"held out, {len(held_out)} pictures: {table(figures)}", flush=True)
    frames = sorted({picture.shot.frame for picture in held_out})
    codes = trainer.codes[frames]
    mean, most = trainer.mesh.errors(trainer.model, codes)
    training = {
        "command": command,
        "seed": trainer.settings.seed,
        "steps": trainer.steps_done,
        "seconds": round(trainer.seconds),
        "pictures": sum(len(pictures) for pictures in trainer.moments.values()),
        "gaussians": len(trainer.model.positions),
    }
    metrics = {
        "what": "PSNR in decibels and SSIM over white, at full size, of expressions and cameras that were held out",
        "pictures": len(held_out),
        "size": held_out[0].camera.width,
        **plain(figures),
        "mesh": {"mean": mean, "most": most, "what": "metres between points and mesh, mean and 99 %"},
        "training": training,
    }
    write_atomically(folder / "metrics.json", json.dumps(metrics, indent=2).encode())
    buffer = io.BytesIO()
    comparison(trainer, held_out[:: max(1, len(held_out) // 8)]).save(buffer, "JPEG", quality=92)
    write_atomically(folder / "pictures" / "final.jpg", buffer.getbuffer())
    manifest = capture.manifest or {}
    about = {name: manifest[name] for name in ("name", "license", "notices") if name in manifest}
    chosen = codes[torch.linspace(0, len(codes) - 1, min(SAMPLES, len(codes))).round().long()]
    sample_codes = torch.cat((torch.zeros(1, codes.shape[1]), chosen))
    meta = about | {"training": training}
    export_head(folder / "head.npz", trainer.model.eval(), trainer.points, sample_codes, held_out[0], meta)
