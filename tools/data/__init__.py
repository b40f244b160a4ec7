"""Training data: frames for the network, splits, targets, and what they cover."""
