"""Audio out: PortAudio devices with the kernel's own callback, and a paced null device where there is none."""
