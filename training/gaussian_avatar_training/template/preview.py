"""A picture of an atlas, to look at."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from .build import Template

EMPTY = 24
"""Grey of texels that hold nothing."""


def write_preview(template: Template, path: Path) -> None:
    """Draws first colours, and below them normals, front and back side by side."""
    size = template.meta["mapSize"]
    texels = template.arrays["texels"]
    picture = np.full((2, size * 2 * size, 3), EMPTY, np.uint8)
    picture[0, texels] = (255 / (1 + np.exp(-template.arrays["colors"]))).astype(np.uint8)
    picture[1, texels] = (127.5 + 127.5 * template.arrays["normals"]).astype(np.uint8)
    Image.fromarray(picture.reshape(2 * size, 2 * size, 3)).save(path)
