"""From captures of a person to an animatable Gaussian avatar."""
