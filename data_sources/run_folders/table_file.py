"""Reads a table of a run, parquet or CSV, with limits that a hostile file cannot pass."""

from __future__ import annotations

import csv as python_csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from data_sources.files.stamp import Stamp, read_bytes, why
from data_sources.run_folders.csv_lines import LONGEST_LINE, BadRow, bad_rows, sound_lines

MOST_ROWS: Final = 1_000_000
MOST_COLUMNS: Final = 512
MOST_BYTES: Final = 256 << 20
MOST_UNPACKED_BYTES: Final = 1 << 30
_MISSING: Final = ["", "NaN", "nan", "None", "null", "NULL", "NaT", "<NA>"]


class BadTableError(ValueError):
    """The file cannot be used as it is now; the text says why, without its name."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What was read.

    table     rows, the wanted columns that exist
    bad_rows  rows that do not have the columns of the header
    bad       where they are, the newest of them
    consumed  how many bytes of a CSV are done with, its unfinished last line not among them
    header    names of all columns of a CSV
    """

    table: pa.Table
    bad_rows: int = 0
    consumed: int = 0
    header: tuple[str, ...] = ()
    bad: tuple[BadRow, ...] = ()


def read_parquet(path: Path, wanted: tuple[str, ...] | None) -> tuple[Rows, Stamp]:
    """Read a parquet file; None for all its columns.

    What the file says of its size is checked first, and only wanted columns are unpacked.

    Raises:
        BadTableError: when it is none, or in the middle of being written, or too large.
        FileNotFoundError: when it is gone.
    """
    import pyarrow.parquet as pq

    data, stamp = _bytes(path, 0)
    try:
        file = pq.ParquetFile(pa.BufferReader(data))
        about = file.metadata
        if about.num_rows > MOST_ROWS or about.num_columns > MOST_COLUMNS:
            raise BadTableError(
                f"has {about.num_rows} rows and {about.num_columns} columns; "
                f"at most {MOST_ROWS} and {MOST_COLUMNS} are read"
            )
        unpacked = sum(about.row_group(i).total_byte_size for i in range(about.num_row_groups))
        if unpacked > MOST_UNPACKED_BYTES:
            raise BadTableError(f"unpacks to {unpacked} bytes; that is too large")
        names = file.schema_arrow.names
        columns = [n for n in dict.fromkeys(names) if wanted is None or n in wanted]
        batches = list(file.iter_batches(65_536, columns=columns, use_threads=False))
        schema = pa.schema([file.schema_arrow.field(names.index(n)) for n in columns])
        table = pa.Table.from_batches(batches, None if batches else schema)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        text = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BadTableError(f"is no whole parquet file ({text[:120]})") from None
    return Rows(table, consumed=len(data)), stamp


def read_csv(
    path: Path,
    wanted: tuple[str, ...] | None,
    *,
    offset: int = 0,
    header: tuple[str, ...] = (),
    ended: bool = False,
) -> tuple[Rows, Stamp]:
    """Read a CSV file from an offset on; every value is a text.

    Args:
        path: the file.
        wanted: names of columns, None for all.
        offset: where the first unread line begins.
        header: the names, where they were read before.
        ended: nothing more will be written: a last line without its newline counts.

    Raises:
        BadTableError: when it is too large or no table.
        FileNotFoundError: when it is gone.
    """
    data, stamp = _bytes(path, offset)
    whole = data if ended and not data.endswith(b"\n") else data[: data.rfind(b"\n") + 1]
    begin = 0
    if not header:
        begin = whole.find(b"\n") + 1
        if not begin:
            return Rows(pa.table({}), consumed=offset), stamp
        header = _header(whole[:begin])
    table, number, bad = _parsed(whole[begin:], header, wanted, offset + begin)
    return Rows(table, number, offset + len(whole), header, bad), stamp


def _bytes(path: Path, offset: int) -> tuple[bytes, Stamp]:
    try:
        data, stamp = read_bytes(path, MOST_BYTES + 1, offset=offset)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise BadTableError(why(error)) from None
    if len(data) > MOST_BYTES:
        raise BadTableError(f"is longer than {MOST_BYTES} bytes; that is too large")
    return data, stamp


def _header(line: bytes) -> tuple[str, ...]:
    text = line.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "backslashreplace")
    names = next(python_csv.reader([text.strip("\r\n")]), [])
    names = [name.strip() for name in names]
    if not any(names) or len(names) > MOST_COLUMNS:
        raise BadTableError(f"begins with a header of {len(names)} columns; that is no table")
    # Names that are there twice: the first counts.
    seen: set[str] = set()
    return tuple(
        f"#{i}" if name in seen or seen.add(name) else name  # type: ignore[func-returns-value]
        for i, name in enumerate(names)
    )


def _parsed(
    raw: bytes, header: tuple[str, ...], wanted: tuple[str, ...] | None, begin: int
) -> tuple[pa.Table, int, tuple[BadRow, ...]]:
    """The rows, how many are bad, and where the newest of these are."""
    from pyarrow import csv

    columns = [name for name in header if wanted is None or name in wanted]
    table = pa.table({name: pa.array([], pa.string()) for name in columns})
    data = raw
    if not data.strip():
        return table, 0, ()
    if not data.isascii() or b"\0" in data:
        data = data.decode("utf-8", "backslashreplace").replace("\0", "\\x00").encode()
    sound, refused = sound_lines(data, len(header)), list[str]()

    def skipped(row: Any) -> str:
        if row.text.strip(" \t"):  # a line of blanks is a blank line
            refused.append(row.text)
        return "skip"

    try:
        table = csv.read_csv(
            pa.BufferReader(sound.data),
            csv.ReadOptions(
                column_names=list(header), use_threads=False, block_size=8 * LONGEST_LINE
            ),
            csv.ParseOptions(invalid_row_handler=skipped),
            csv.ConvertOptions(
                include_columns=columns,
                column_types=dict.fromkeys(columns, pa.string()),
                null_values=_MISSING,
                strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid as error:
        if "Empty CSV" not in str(error) or not (sound.broken or refused):
            raise BadTableError(f"is no CSV ({str(error).splitlines()[0][:120]})") from None
    if len(table) > MOST_ROWS:
        raise BadTableError(f"has {len(table)} rows; at most {MOST_ROWS} are read")
    return table, len(sound.broken) + len(refused), bad_rows(raw, sound, refused, begin)
