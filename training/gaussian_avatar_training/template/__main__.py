"""`python -m gaussian_avatar_training.template --capture captures/ada --out template.npz`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .build import build_template
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
    options = parser.parse_args()
    try:
        subject, capture = read_subject(options.capture)
        info = {key: capture[key] for key in ("license", "notices", "credits") if key in capture}
        template = build_template(subject, options.size, Spacings(body=options.body_spacing), info)
        template.save(options.out)
        if options.preview:
            write_preview(template, options.preview)
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    layers = template.arrays["layers"]
    print(f"{options.out}: {len(layers)} Gaussians")
    for index, (name, spacing) in enumerate(zip(template.meta["layers"], template.meta["spacings"], strict=True)):
        print(f"  {name:10} {spacing * 1000:4.1f} mm {(layers == index).sum():6}")
    return 0


sys.exit(main())
