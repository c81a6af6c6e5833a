"""Numbers in few bits as ONNX constants, and the nodes that make float32 of them.

Nothing but Cast, Div, Floor, Mod, Mul and the like: ordinary arithmetic on constants, which every onnxruntime does at
load with default options. DequantizeLinear would be done in each call, 1.6 times as slow, unless a session is told
otherwise; and 4-bit integers would need a newer runtime. Numbers of one kind share one buffer, which saves names.
"""

from typing import Any

import numpy as np
import torch
from onnx import NodeProto, TensorProto, helper, numpy_helper

from engine.exporting import grids
from engine.exporting.grids import PACKED, PAIRS, Grid


class Buffers:
    """Grows weight by weight; then `nodes` and `tensors` go into a graph, where each weight has its name again."""

    def __init__(self) -> None:
        self.tensors: list[TensorProto] = []
        self._digits: dict[int, list[tuple[str, np.ndarray]]] = {}  # by levels
        self._scales: list[tuple[str, np.ndarray]] = []  # columns
        self._halves: list[tuple[str, np.ndarray]] = []  # rows
        self._shaping: list[NodeProto] = []
        self._known: set[str] = set()

    def add_grid(self, name: str, matrix: np.ndarray, grid: Grid, shape: tuple[int, ...], flipped: bool) -> None:
        """A weight on a grid, whose scales are in half precision.

        Args:
            name: of the value that holds the weight in the end.
            matrix: [rows, length].
            grid: on which it is kept.
            shape: that it has in the end.
            flipped: whether that is [length, rows].
        """
        places, scale = grids.steps(torch.from_numpy(matrix.copy()), grid)
        (rows, length), wide = matrix.shape, places.numel() // len(matrix)
        self._add_sparse(name, places, grid.levels) if grid.sparse else self._add(grid.levels, f"{name}/places", places)
        self._scales.append((f"{name}/scale", scale.numpy()))
        blocks = self._node("Reshape", f"{name}/places", self._numbers(-1, places.shape[1]))
        last = self._node("Mul", blocks, f"{name}/scale", made=f"{name}/values")
        if wide != length:
            last = self._node("Reshape", last, self._numbers(rows, wide))
            last = self._node("Slice", last, self._numbers(0), self._numbers(length), self._numbers(1))
        if flipped:
            last = self._node("Reshape", last, self._numbers(rows, length))
            self._node("Transpose", last, made=name, perm=[1, 0])
        else:
            self._node("Reshape", last, self._numbers(*shape), made=name)

    def add_half(self, name: str, values: np.ndarray) -> None:
        """Numbers in half precision."""
        if values.ndim == 1:
            self._halves.append((name, values))
            return
        self._halves.append((f"{name}/flat", values.reshape(-1)))
        self._node("Reshape", f"{name}/flat", self._numbers(*values.shape), made=name)

    def nodes(self) -> list[NodeProto]:
        """All that unpacks, in an order that can be run."""
        shaping, self._shaping = self._shaping, []
        for levels, parts in self._digits.items():
            self._unpack(levels, parts)
        for kind, halves in (("scales", self._scales), ("halves", self._halves)):
            if halves:
                self._keep(kind, np.concatenate([values for _, values in halves]).astype(np.float16))
                floats = self._node("Cast", kind, to=TensorProto.FLOAT)
                self._part(floats, [(name, len(values)) for name, values in halves])
        return self._shaping + shaping

    def _add(self, levels: int, name: str, places: torch.Tensor) -> None:
        self._digits.setdefault(levels, []).append((name, places.numpy().astype(np.int64).reshape(-1)))

    def _add_sparse(self, name: str, places: torch.Tensor, levels: int) -> None:
        """Two of each four numbers, and which two: each is laid out over the four places, and both are added."""
        codes, kept = grids.pairs(places)
        count = len(PAIRS)
        self._add(count, f"{name}/codes", torch.where(codes < count // 2, codes, codes - count))  # from the end
        which = self._node("Cast", f"{name}/codes", to=TensorProto.INT64)
        laid = []
        for number in range(2):
            table = f"table {number}"
            self._keep(table, np.eye(4, dtype=np.float32)[[pair[number] for pair in PAIRS]])
            self._add(levels, f"{name}/kept {number}", kept[:, number])
            column = self._node("Unsqueeze", f"{name}/kept {number}", self._numbers(1))
            laid.append(self._node("Mul", self._node("Gather", table, which, made=f"{name}/where {number}"), column))
        self._node("Add", *laid, made=f"{name}/places")

    def _unpack(self, levels: int, parts: list[tuple[str, np.ndarray]]) -> None:
        word, name = PACKED[levels], f"of {levels}"
        sizes = [(part, len(values)) for part, values in parts]
        every = np.concatenate([values for _, values in parts])
        if word.digits == 1:
            self._keep(name, every.astype(f"int{8 * word.bytes}"))
            self._part(self._node("Cast", name, to=TensorProto.FLOAT), sizes)
            return
        spare = -len(every) % word.digits
        powers = levels ** np.arange(word.digits)
        digits = np.pad(every + levels // 2, (0, spare)).reshape(-1, word.digits)
        self._keep(name, (digits @ powers).astype(f"uint{8 * word.bytes}")[:, None])
        for constant, value in (("powers", powers), ("levels", levels), ("middle", levels // 2)):
            self._keep(f"{constant} {levels}", np.array(value, np.float32))
        words = self._node("Cast", name, to=TensorProto.FLOAT)
        floors = self._node("Floor", self._node("Div", words, f"powers {levels}"))
        places = self._node("Sub", self._node("Mod", floors, f"levels {levels}", fmod=1), f"middle {levels}")
        flat = self._node("Reshape", places, self._numbers(-1))
        self._part(flat, [*sizes, *([(f"{name}/spare", spare)] if spare else [])])

    def _part(self, whole: str, parts: list[tuple[str, int]]) -> None:
        sizes = self._numbers(*(size for _, size in parts))
        self._shaping.append(helper.make_node("Split", [whole, sizes], [name for name, _ in parts], axis=0))

    def _node(self, operator: str, *inputs: str, made: str = "", **attributes: Any) -> str:
        made = made or f"{inputs[0]}/{operator}"
        self._shaping.append(helper.make_node(operator, inputs, [made], **attributes))
        return made

    def _numbers(self, *numbers: int) -> str:
        name = f"numbers {numbers}"
        self._keep(name, np.array(numbers, np.int64))
        return name

    def _keep(self, name: str, values: np.ndarray) -> None:
        if name not in self._known:
            self.tensors.append(numpy_helper.from_array(values, name))
            self._known.add(name)
