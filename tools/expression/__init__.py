"""Learns how notes are played: segmentation, contours, performer, prior."""
