"""Numbers that decide a picture, as in the engine: those of the published rasteriser (Kerbl et al. 2023)."""

LOW_PASS_VARIANCE = 0.3
"""Added to both diagonal entries of a projected covariance, square pixels: no splat is thinner than a pixel."""

MIP_VARIANCE = 0.1
"""The same of people who are antialiased (2D Mip filter, Yu et al. 2024): about the variance of a pixel, 1/12.

The filter also keeps the energy of splats: opacities fall as splats are widened, so that those smaller than a pixel
neither thicken outlines nor hide what is behind them.
"""

FIELD_OF_VIEW_LIMIT = 1.3
"""Multiple of tan(fov/2) beyond which the slope of the projection is held: far outside the picture it explodes."""

ALPHA_MAX = 0.99
"""Largest alpha of one splat at one pixel."""

ALPHA_MIN = 1 / 255
"""Smallest alpha that is drawn: one step of an 8-bit display."""

TRANSMITTANCE_MIN = 1e-3
"""Pixels end where less than this shines through, a quarter of a step of an 8-bit display; the engine ends none."""
