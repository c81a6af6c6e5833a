"""What this machine can compute with: a graphics card if there is one, else one thread of the processor a process."""

import ctypes
import os
import platform

import torch

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # of glibc's mallopt


def device() -> torch.device:
    """This process's card, or the CPU where there is none. `accelerate launch` numbers the processes of a machine."""
    if not torch.cuda.is_available():
        return torch.device("cpu")
    return torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))


def bf16(device: torch.device) -> bool:
    """Whether 16-bit arithmetic is fast there; on a processor without it, it is several times slower than fp32."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return bool(torch.cpu._is_avx512_bf16_supported())


def keep_memory() -> None:
    """Let this process keep what it frees: memory given back and asked for anew at every step costs a third of it.

    The system hands every page out emptied. It is glibc's allocator that is told; elsewhere nothing happens.
    """
    if platform.libc_ver()[0] == "glibc":
        for threshold in (M_MMAP_THRESHOLD, M_TRIM_THRESHOLD):
            ctypes.CDLL(None).mallopt(threshold, 2**31 - 1)
