"""Trainable sound: the decoder network and differentiable synthesis, in PyTorch."""
