"""The person as two maps of texels, each of which carries its own place, weights and first values.

`subject.npz` → regions → tiles → atlas → `template.npz`.
"""
