"""Offline: analysis, trainer, reports, benchmarks."""
