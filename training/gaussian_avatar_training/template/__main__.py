"""`python -m gaussian_avatar_training.template --capture captures/ada --out template.npz`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ..training_error import TrainingError
from .build import build_template
from .from_pictures import PictureOptions, subject_from_pictures
from .preview import write_preview
from .regions import Spacings
from .subject import read_subject


def main() -> int:
    """Runs the command; one line of error where something is wrong."""
    parser = argparse.ArgumentParser(prog="gaussian_avatar_training.template", description=__doc__)
    parser.add_argument("--capture", type=Path, required=True, help="folder of the capture")
    parser.add_argument("--out", type=Path, required=True, help="template.npz to write")
    parser.add_argument("--size", type=int, default=320, help="side of a map, texels (default 320)")
    parser.add_argument("--body-spacing", type=float, default=Spacings().body, help="metres between texels of the body")
    parser.add_argument("--preview", type=Path, help="a picture of the atlas")
    pictures = parser.add_argument_group("from pictures, for people of whom there is no mesh")
    pictures.add_argument("--from-pictures", action="store_true", help="build the mesh from masks, cameras and poses")
    pictures.add_argument("--frame", type=int, nargs="+", default=[], help="frames to build it from (default: chosen)")
    pictures.add_argument("--frames", type=int, default=PictureOptions.count, help="how many to choose (default 16)")
    pictures.add_argument("--voxel", type=float, default=PictureOptions.voxel, help="metres (default 0.005)")
    pictures.add_argument("--body", type=Path, help="SMPL-X model (.npz), where the capture has no subject.npz")
    options = parser.parse_args()
    try:
        # At once, not after minutes of carving.
        options.out.parent.mkdir(parents=True, exist_ok=True)
        if options.from_pictures:
            asked = PictureOptions(tuple(options.frame), options.frames, options.voxel, options.body)
            subject, capture, notes = subject_from_pictures(options.capture, asked)
            for note in notes:
                print(f"left out: {note}", file=sys.stderr)
        else:
            subject, capture = read_subject(options.capture)
        info = {key: capture[key] for key in ("license", "notices", "credits") if key in capture}
        template = build_template(subject, options.size, Spacings(body=options.body_spacing), info)
        template.save(options.out)
        if options.preview:
            write_preview(template, options.preview)
    except (TrainingError, ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    layers = template.arrays["layers"]
    print(f"{options.out}: {len(layers)} Gaussians")
    for index, (name, spacing) in enumerate(zip(template.meta["layers"], template.meta["spacings"], strict=True)):
        print(f"  {name:10} {spacing * 1000:4.1f} mm {(layers == index).sum():6}")
    return 0


sys.exit(main())
