"""What Etude remembers, in one SQLite file and a folder of audio; imports nothing of ours but engine.types."""
