"""The training loop: objective, checkpoints, devices, levels, distillation."""
