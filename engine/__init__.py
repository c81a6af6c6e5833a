"""Pure computing on speech: audio in, arousal, dominance and valence out; imports nothing of app or store."""
