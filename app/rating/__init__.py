"""People rate clips: what they are shown, what they answer, and how far they agree."""
