"""One file a student network: `build(spec) -> nn.Module`, waveform [B, T] -> [B, 3], front-end inside."""
