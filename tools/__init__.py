"""Offline: analysis, trainer, reports, benchmarks."""

import os

# OpenMP reads this once, when torch is first imported. Threads that spin while they wait for each other double
# the processor time of training, and far more on a busy machine.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
