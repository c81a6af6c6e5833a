"""The library of clips: looked at, examined, exported, and rated in bulk."""
