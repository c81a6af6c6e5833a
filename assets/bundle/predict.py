"""Say what a student hears: python predict.py VOICE.wav. Needs onnxruntime and numpy, and the files beside it."""

import json
import os
import sys
import wave
from pathlib import Path

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # before onnxruntime is imported: nothing leaves the machine
import numpy as np
import onnxruntime

contract = json.loads(Path(__file__).with_name("contract.json").read_text("utf-8"))
with wave.open(sys.argv[1]) as sound:
    if sound.getparams()[:3] != (1, 2, contract["sample_rate"]):
        sys.exit("It hears wav files of 16 bit, mono, 16 kHz: ffmpeg -i IN -ac 1 -ar 16000 -c:a pcm_s16le OUT.wav")
    audio = np.frombuffer(sound.readframes(sound.getnframes()), "<i2") / np.float32(32768)
session = onnxruntime.InferenceSession(Path(__file__).with_name("student.onnx"))
print(json.dumps(dict(zip(contract["axes"], session.run(["adv"], {"audio": audio[None]})[0][0].tolist(), strict=True))))
