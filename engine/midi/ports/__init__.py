"""Live MIDI ports: inputs that come and go, outputs, and the system behind them."""
