"""How large a patch is: what `--size` changes in the trainer's settings."""

SIZES: dict[str, dict[str, int]] = {
    "tiny": {},
    "standard": {},
    "rich": {"width": 512, "harmonics": 128, "noise_bands": 129},
}
"""By name: fields of `train.Settings` and their values. What a tiny patch is distilled from is a standard one."""

TINY = {"width": 48, "depth": 2}
"""Of the distilled network: measured as the best at a fifth of the standard one's cost."""
