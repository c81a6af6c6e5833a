"""A typed table, for pandas and the like; the only format that carries traces and embeddings."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from engine.labelling.rows import COLUMNS, Cells, Line, Row, cells
from engine.types import AXES, Trace

SUFFIX = ".parquet"
BATCH = 2000  # rows written or read at a time
_TYPES = {str: pa.string(), bool: pa.bool_(), float | None: pa.float64(), int | None: pa.int64()}
_ARRAYS = {
    "trace": pa.list_(pa.float32()),  # row by row, in AXES order
    "hop_s": pa.float64(),
    "window_s": pa.float64(),
    "trace_s": pa.float64(),  # what the trace is of
    "embedding": pa.list_(pa.float32()),
}
SCHEMA = pa.schema({name: _TYPES.get(kind, pa.string()) for name, kind in COLUMNS.items()} | _ARRAYS)


def accepts(path: Path) -> bool:
    """Whether it is called so."""
    return path.suffix.lower() in (".parquet", ".pq") and path.is_file()


def write(rows: Iterable[Row], path: Path) -> None:
    """Write the rows with their traces and embeddings."""
    left = iter(rows)
    with pq.ParquetWriter(path, SCHEMA) as table:
        while batch := [cells(row) | _arrays(row) for row in islice(left, BATCH)]:
            table.write_table(pa.Table.from_pylist(batch, SCHEMA))


def read(path: Path) -> Iterator[Line]:
    """Yield each row of a table, anybody's.

    Raises:
        ValueError: it is no Parquet.
    """
    try:
        with pq.ParquetFile(path) as table:
            found = chain.from_iterable(batch.to_pylist() for batch in table.iter_batches(BATCH))
            for number, row in enumerate(found, 1):
                yield Line(number, _brought(row))
    except pa.ArrowInvalid as error:
        raise ValueError(f"{path.name} is not Parquet, or is damaged; write it again.") from error


def _arrays(row: Row) -> Cells:
    trace, embedding = row.trace, row.embedding
    of_trace = (trace.values.ravel(), trace.hop_s, trace.window_s, trace.duration_s) if trace else (None,) * 4
    return dict(zip(_ARRAYS, (*of_trace, embedding), strict=True))


def _brought(found: dict[str, Any]) -> Cells:
    """The same with the trace and the embedding as what they are, where the table has them as ours has."""
    if not found.keys() >= _ARRAYS.keys():
        return found
    plain = {name: cell for name, cell in found.items() if name not in _ARRAYS}
    if found["embedding"] is not None:
        plain["embedding"] = np.array(found["embedding"], np.float32)
    if found["trace"] is not None:
        values = np.array(found["trace"], np.float32).reshape(-1, len(AXES))
        plain["trace"] = Trace(values, found["hop_s"], found["window_s"], found["trace_s"])
    return plain
