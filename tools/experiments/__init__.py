"""Experiments on their own: checks against known answers, and comparisons."""
