"""From recordings to pitch, loudness and harmonics, frame by frame."""
