"""How fast and how small each student is, beside Wav2Small, in one run: `python -m tests.bench.students [NAME ...]`.

Weights do not change a network's speed or size, so untrained ones are measured. Milliseconds of the processor's time
for 5 s of sound on one thread, the median of sessions in which all take turns; the share is of Wav2Small in fp32.
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from engine.exporting import export, scheme
from engine.exporting.scheme import Given
from engine.scoring.timing import files_ms
from engine.training import distil
from engine.types import SAMPLE_RATE, StudentSpec

NAMES = ("wav2small", "wav2small2", "etude", "mobilenetv4_small", "mobilenetv3_large")
REFERENCE = "wav2small"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=NAMES)
    parser.add_argument("--sessions", type=int, default=5)
    given = parser.parse_args()
    audio = np.random.default_rng(0).standard_normal((1, 5 * SAMPLE_RATE)).astype(np.float32)
    files: dict[str, Path] = {}
    facts: dict[str, tuple[int, float, int, int]] = {}
    with TemporaryDirectory() as folder:
        for name in dict.fromkeys((REFERENCE, *given.names)):
            student = distil.build(StudentSpec(name, size=13 if name.startswith("wav2small") else 16)).eval()
            full, small = (Path(folder) / f"{name}.{kind}.onnx".replace(":", "-") for kind in ("fp32", "small"))
            export.to_onnx(student, full)
            scheme.write("int8_int4", full, small, Given())
            files |= {f"{name} fp32": full, f"{name} small": small}
            numbers = sum(each.numel() for each in student.parameters())
            facts[name] = numbers, student.tokens_per_s, full.stat().st_size, small.stat().st_size
        times = files_ms(files, audio, given.sessions)
    whole = times[f"{REFERENCE} fp32"]
    print("| student | parameters | tokens/s | fp32 bytes | small bytes | fp32 ms | share | small ms | share |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name, (numbers, tokens, full_bytes, small_bytes) in facts.items():
        fp32, tiny = times[f"{name} fp32"], times[f"{name} small"]
        print(
            f"| {name} | {numbers:,} | {tokens:g} | {full_bytes:,} | {small_bytes:,} "
            f"| {fp32:.2f} | {fp32 / whole:.3f} | {tiny:.2f} | {tiny / whole:.3f} |"
        )


if __name__ == "__main__":
    main()
