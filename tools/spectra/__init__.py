"""Static spectra of an instrument: what is left of them to correct, over pitch and loudness."""
