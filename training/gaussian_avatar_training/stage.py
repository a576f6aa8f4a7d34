"""The moments of a capture: how the body was posed, and where the cameras were as seen from the body."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from .camera import Camera
from .capture import Capture
from .crops import Crop
from .template_file import Template
from .training_error import TrainingError


class Stage:
    """All poses of a capture, and its cameras in the space in which the root of the body is at rest.

    There pose maps are made, and everything else is drawn too: it is the same picture, and one posing serves both.
    """

    def __init__(self, capture: Capture, template: Template, device: torch.device) -> None:
        """Pose the skeleton of a template as the capture says.

        Raises:
            TrainingError: The template has an expression that the capture does not know, or none of its joints.
        """
        if not any(name.removesuffix("_smplhf") in capture.poses.vectors for name in template.joint_names):
            raise TrainingError(
                f"No joint of the template ({template.joint_names[0]}, …) is one that {capture.folder} poses "
                f"({next(iter(capture.poses.vectors))}, …): make the template of this capture."
            )
        skeleton = template.skeleton
        self.rotations = capture.poses.rotations(template.joint_names)
        self.translations = capture.poses.translations
        self._root = skeleton.root_matrices(self.rotations, self.translations)
        self._body = torch.from_numpy(skeleton.body_matrices(self.rotations).astype(np.float32)).to(device)
        columns = _columns(capture, template)
        self._expressions = torch.from_numpy(np.ascontiguousarray(capture.expressions[:, columns])).to(device)

    def body(self, frame: int) -> Tensor:
        """[J,3,4] matrices of the joints, root at rest."""
        return self._body[frame]

    def expression(self, frame: int) -> Tensor:
        """[E] weights of the template's expressions."""
        return self._expressions[frame]

    def camera(self, frame: int, camera: Camera) -> Camera:
        """A camera as seen from the body in a frame."""
        return camera_of_body(camera, self._root[frame])


def camera_of_body(camera: Camera, root: np.ndarray) -> Camera:
    """A camera in the space from which `root` [3,4] leads to the world."""
    return replace(camera, R=camera.R @ root[:, :3], T=camera.R @ root[:, 3] + camera.T)


def moments_of(crops: list[Crop]) -> dict[int, list[Crop]]:
    """Crops by frame, in order."""
    moments: dict[int, list[Crop]] = defaultdict(list)
    for crop in crops:
        moments[crop.shot.frame].append(crop)
    return dict(sorted(moments.items()))


def _columns(capture: Capture, template: Template) -> list[int]:
    if capture.expressions.shape[1] == 0:
        if template.meta["expressions"]:
            raise TrainingError(
                f"The template has expressions, but {capture.folder} has no expressions.npy to say how she looked."
            )
        return []
    unknown = set(template.meta["expressions"]) - set(capture.expression_names)
    if unknown:
        raise TrainingError(
            f"The template has the expression {min(unknown)}, which {capture.folder} does not know: "
            "make the template of this capture."
        )
    return [capture.expression_names.index(name) for name in template.meta["expressions"]]
