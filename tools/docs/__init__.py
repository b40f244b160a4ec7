"""Writes the pages of documentation that are made from the code."""
