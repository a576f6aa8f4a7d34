"""Heads whose Gaussians small networks make, expression by expression (Xu et al. 2024), in their lite size."""
