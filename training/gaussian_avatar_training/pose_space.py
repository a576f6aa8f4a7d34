"""A linear model of the pose maps of a training, which keeps strange poses near known ones."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class PoseSpace:
    """x' = Bᵀ clamp(B (x − μ), ±limit) + μ over the vectors of a pose map [C,S,S]."""

    vectors: Tensor
    """[M] where the x of each vector stands in a pose map, ascending."""
    mean: Tensor
    """[M,3]."""
    components: Tensor
    """[P,M,3] orthonormal rows."""
    deviations: Tensor
    """[P] standard deviation along each."""

    def project(self, pose_map: Tensor, sigma: float) -> Tensor:
        """Bring a pose map [C,S,S] near those of the training, at most `sigma` deviations from their mean."""
        flat = pose_map.flatten()
        places = _places(self.vectors, pose_map.shape[1])
        rows, limits = self.components.flatten(1), sigma * self.deviations
        shares = rows @ (flat[places].flatten() - self.mean.flatten())
        held = torch.minimum(torch.maximum(shares, -limits), limits)
        return flat.index_put((places.flatten(),), held @ rows + self.mean.flatten()).view_as(pose_map)


def fit_pose_space(pose_maps: Tensor, count: int = 20) -> PoseSpace:
    """Fit principal components.

    Args:
        pose_maps: [F,C,S,S] of the training.
        count: Most components.

    Returns:
        The model; of all vectors that are not always zero.
    """
    size = pose_maps.shape[2]
    flat = pose_maps.flatten(1)
    firsts = torch.arange(0, pose_maps.shape[1], 3)[:, None] * size**2 + torch.arange(size**2)
    places = _places(firsts.flatten(), size)
    used = (flat[:, places] != 0).any(2).any(0)
    vectors = firsts.flatten()[used]
    rows = flat[:, _places(vectors, size)].flatten(1).double()
    mean = rows.mean(0)
    # The rows are far longer than there are of them: their products with each other have the same eigenvectors.
    values, shares = torch.linalg.eigh((rows - mean) @ (rows - mean).T)
    kept = min(count, len(rows) - 1, int((values > 1e-12 * values[-1]).sum()))
    values, shares = values.flip(0)[:kept], shares.flip(1)[:, :kept]
    components = (shares.T @ (rows - mean)) / values.sqrt()[:, None]
    shape = (len(vectors), 3)
    deviations = (values / (len(rows) - 1)).sqrt().float()
    return PoseSpace(vectors, mean.float().view(shape), components.float().view(kept, *shape), deviations)


def _places(vectors: Tensor, size: int) -> Tensor:
    """[M,3] where x, y and z of vectors [M] stand in a flat pose map."""
    return vectors[:, None] + torch.arange(3) * size**2
