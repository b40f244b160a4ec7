"""The C kernel and its cffi build."""
