"""Lets test modules of this folder import `make_patch`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
