"""Python's side of the C kernel: its memory, instruments, readings and frame log."""
