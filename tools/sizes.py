"""How large a patch is: what `--size` changes in the trainer's settings."""

SIZES: dict[str, dict[str, int]] = {
    "tiny": {"width": 48, "depth": 2},
    "standard": {},
    "rich": {"width": 512, "harmonics": 128, "noise_bands": 129},
}
"""By name: fields of `train.Settings` and their values. The tiny one is distilled from the standard one."""
