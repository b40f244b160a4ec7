"""Measures what each stage costs on this machine."""
