"""Lets tests of the kernel's units import the harness, `units`, that lies beside them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
