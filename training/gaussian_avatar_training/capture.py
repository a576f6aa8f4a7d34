"""A capture of a person: which camera shot which pose, and the pictures. See docs/captures.md."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .body_parameters import BodyParameters, read_arrays, read_body_parameters
from .camera import Camera
from .training_error import TrainingError

CALIBRATIONS = ("calibration.json", "calibration_full.json")
"""Names in THuman4.0, and in AvatarReX."""

LAYOUTS = (("images/{}", "masks/{}"), ("{}", "{}/mask/pha"))
"""Folders of a camera's pictures and masks in THuman4.0, and in AvatarReX."""

ENDINGS = (".png", ".jpg", ".jpeg")

HELD_OUT = 10
"""A capture that does not say: every tenth camera and the last tenth of the frames are kept for measuring, or one."""


@dataclass(frozen=True, order=True)
class Shot:
    """One picture of a capture."""

    frame: int
    camera: str


@dataclass(frozen=True)
class View:
    """What one camera of a capture is for."""

    target: str
    """What it looks at: `body`, `upper`, `face`, `leftHand`, `rightHand`."""
    is_held_out: bool


class Capture:
    """A folder of pictures, masks, poses and cameras.

    Example:
        capture = Capture(Path("captures/ada"))
        camera, shots = capture.camera(shots[0]), capture.shots(held_out=False)
    """

    def __init__(self, folder: Path) -> None:
        """Read all but the pictures.

        Raises:
            TrainingError: Something is missing, damaged or does not fit the rest.
        """
        self.folder = folder
        self.manifest = _read_manifest(folder / "capture.json") if (folder / "capture.json").exists() else None
        self.poses: BodyParameters = read_body_parameters(folder / "smpl_params.npz")
        self._standing = _read_calibration(folder)
        tracking = folder / "tracking_cameras.npz"
        self._tracking = read_arrays(tracking) if tracking.exists() else {}
        self._paths = self._find_pictures()
        self.views = self._views()
        self.held_out_frames = self._held_out_frames()
        self._check()
        self.expressions = self._read_expressions()

    @property
    def expression_names(self) -> list[str]:
        """Names of the columns of `expressions`."""
        return list(self.manifest["expressions"]) if self.manifest else []

    def shots(self, held_out: bool) -> list[Shot]:
        """Pictures for training, or those whose camera and frame are both kept for measuring; in order."""
        return sorted(
            shot
            for shot in self._paths
            if self.views[shot.camera].is_held_out == held_out == (shot.frame in self.held_out_frames)
        )

    def paths(self, shot: Shot) -> tuple[Path, Path]:
        """Picture and mask of a shot."""
        return self._paths[shot]

    def camera(self, shot: Shot) -> Camera:
        """The camera of a shot, as it stood then."""
        name = shot.camera
        try:
            if name in self._standing:
                entry = self._standing[name]
                return Camera.calibrated(entry["K"], entry["R"], entry["T"], *(int(side) for side in entry["imgSize"]))
            K, R, T = (self._tracking[f"{name}_{part}"][shot.frame] for part in "KRT")
            return Camera.calibrated(K, R, T, *self.manifest["imgSize"])
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise TrainingError(f"{self.folder}: camera {name} of frame {shot.frame} is none ({error}).") from error

    def _find_pictures(self) -> dict[Shot, tuple[Path, Path]]:
        names = set(self._standing) | {name[:-2] for name in self._tracking if name.endswith("_K")}
        if self.manifest:
            names |= set(self.manifest["cameras"])
        for images, masks in LAYOUTS:
            found = {}
            for name in sorted(names):
                pictures = _frames(self.folder / images.format(name))
                coverage = _frames(self.folder / masks.format(name))
                _require_masks(pictures, coverage, self.folder / masks.format(name))
                found |= {Shot(frame, name): (path, coverage[frame]) for frame, path in pictures.items()}
            if found:
                return found
        raise TrainingError(
            f"{self.folder} has no pictures of the cameras of its calibration. Read are images/<camera>/00000000.png "
            "and masks/<camera>/00000000.png (THuman4.0), or <camera>/00000000.jpg and <camera>/mask/pha/ (AvatarReX)."
        )

    def _views(self) -> dict[str, View]:
        if self.manifest:
            cameras = self.manifest["cameras"]
            unknown = {shot.camera for shot in self._paths} - set(cameras)
            if unknown:
                raise TrainingError(
                    f"{self.folder} has pictures of camera {min(unknown)}, which capture.json does not know: they are "
                    "of another capture. Take them out, or capture into an empty folder."
                )
            return {name: View(entry["target"], entry["split"] == "heldOut") for name, entry in cameras.items()}
        names = sorted({shot.camera for shot in self._paths})
        first = min(HELD_OUT // 2, len(names) - 1)
        return {name: View("body", at % HELD_OUT == first) for at, name in enumerate(names)}

    def _held_out_frames(self) -> set[int]:
        if self.manifest:
            return {at for at, frame in enumerate(self.manifest["frames"]) if frame["split"] == "heldOut"}
        frames = sorted({shot.frame for shot in self._paths})
        return set(frames[len(frames) - max(1, len(frames) // HELD_OUT) :])

    def _check(self) -> None:
        last = max(shot.frame for shot in self._paths)
        if last >= len(self.poses):
            raise TrainingError(
                f"{self.folder} has pictures of frame {last}, but smpl_params.npz only {len(self.poses)} poses."
            )
        if self.manifest:
            listed = [Shot(at, name) for at, frame in enumerate(self.manifest["frames"]) for name in frame["cameras"]]
            missing = [shot for shot in listed if shot not in self._paths]
            if missing:
                raise TrainingError(
                    f"{self.folder}: {len(missing)} of the {len(listed)} pictures that capture.json lists are missing, "
                    f"the first is of frame {missing[0].frame} by {missing[0].camera}. Run the same capture again: "
                    "it goes on where it was."
                )
        for shot in {shot.camera: shot for shot in sorted(self._paths, reverse=True)}.values():
            path = self._paths[shot][0]
            try:
                with Image.open(path) as image:
                    size = image.size
            except OSError as error:
                raise TrainingError(f"{path} cannot be read ({error}). Fetch or shoot it again.") from error
            self.check_size(shot, size)

    def check_size(self, shot: Shot, size: tuple[int, int]) -> None:
        """Require that a picture is as large as its camera says.

        Raises:
            TrainingError: It is not.
        """
        camera = self.camera(shot)
        if size != (camera.width, camera.height):
            raise TrainingError(
                f"{self._paths[shot][0]} has {size[0]} × {size[1]} pixels, but its camera {shot.camera} "
                f"{camera.width} × {camera.height}: calibration and pictures do not belong together, or were resized."
            )

    def _read_expressions(self) -> NDArray[np.float32]:
        path = self.folder / "expressions.npy"
        if not path.exists():
            return np.zeros((len(self.poses), 0), np.float32)
        try:
            weights = np.load(path, allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise TrainingError(f"{path} cannot be read as .npy. Write it again.") from error
        shape = (len(self.poses), len(self.expression_names))
        if weights.shape != shape or not np.isfinite(weights).all():
            raise TrainingError(f"{path} must hold finite numbers {shape}; it is {weights.shape}. Write it again.")
        return weights.astype(np.float32)


def count_targets(capture: Capture, shots: Iterable[Shot]) -> dict[str, int]:
    """How many shots there are of what."""
    return dict(Counter(capture.views[shot.camera].target for shot in shots))


def _frames(folder: Path) -> dict[int, Path]:
    """Pictures of a folder by the number that is their name."""
    if not folder.is_dir():
        return {}
    paths = (path for path in folder.iterdir() if path.stem.isdigit() and path.suffix.lower() in ENDINGS)
    return {int(path.stem): path for path in paths}


def _require_masks(pictures: dict[int, Path], masks: dict[int, Path], folder: Path) -> None:
    missing = sorted(set(pictures) - set(masks))
    if missing:
        raise TrainingError(
            f"{folder}: {len(missing)} of {len(pictures)} masks are missing, the first is of frame {missing[0]}."
        )


def _read_json(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise TrainingError(f"{path} cannot be read as JSON ({error}).") from error


def _read_manifest(path: Path) -> dict[str, Any]:
    manifest = _read_json(path)
    try:
        for entry in manifest["cameras"].values():
            _ = entry["target"], entry["split"]
        for frame in manifest["frames"]:
            _ = frame["split"], list(frame["cameras"])
        _ = list(manifest["expressions"])
        if "bounds" in manifest:
            _ = [float(value) for value in manifest["bounds"]["center"]], float(manifest["bounds"]["radius"])
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise TrainingError(f"{path} is not that of a capture ({error!r}). Run the capture again.") from error
    return manifest


def _read_calibration(folder: Path) -> dict[str, Any]:
    path = next((folder / name for name in CALIBRATIONS if (folder / name).exists()), None)
    if path is None:
        raise TrainingError(f"{folder} has no {' or '.join(CALIBRATIONS)}: it is no capture.")
    calibration = _read_json(path)
    if not isinstance(calibration, dict):
        raise TrainingError(f"{path} must hold cameras by name.")
    for name, entry in calibration.items():
        if not isinstance(entry, dict) or not {"K", "R", "T", "imgSize"} <= set(entry):
            raise TrainingError(f'{path}: camera {name} must have "K", "R", "T" and "imgSize".')
        if any(abs(value) > 1e-6 for value in np.ravel(entry.get("distCoeff", []))):
            raise TrainingError(f"{path}: camera {name} has a distorting lens. Undistort its pictures first.")
    return calibration
