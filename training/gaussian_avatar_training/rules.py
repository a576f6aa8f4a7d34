"""Numbers that decide a picture: those of the published rasteriser (Kerbl et al. 2023), as in the engine."""

LOW_PASS_VARIANCE = 0.3
"""Added to both diagonal entries of a projected covariance, square pixels: no splat is thinner than a pixel."""

FIELD_OF_VIEW_LIMIT = 1.3
"""Multiple of tan(fov/2) beyond which the slope of the projection is held: far outside the picture it explodes."""

ALPHA_MAX = 0.99
"""Largest alpha of one splat at one pixel."""

ALPHA_MIN = 1 / 255
"""Smallest alpha that is drawn: one step of an 8-bit display."""

TRANSMITTANCE_MIN = 1e-3
"""Pixels end where less than this shines through, a quarter of a step of an 8-bit display; the engine ends none."""
