"""How good models are, and how fast."""
