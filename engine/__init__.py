"""Pure computing on speech: audio in, arousal, dominance and valence out; imports nothing of app or store."""

import os

# Must stand before onnxruntime is first imported, which would else send usage events to its makers and keep an
# identifier of this machine on disk. Nothing leaves the machine.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
