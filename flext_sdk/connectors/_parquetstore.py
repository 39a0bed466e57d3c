"""The store of ``target-parquet``: a table is a folder of Parquet files, all with the same columns.

New files have names that no reader takes for Parquet until they are whole, on disk, and written down in the journal
``.target-parquet.json``. That is replaced atomically, and that is the commit; the names come after it, and where a
crash kept them from coming, the next run finishes it. Rows with keys replace those of earlier files, which are written
anew without them.
"""

# Some arguments matter to databases only.
# ruff: noqa: ARG002

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from flext_sdk.connectors import _parts
from flext_sdk.connectors._arrowvalues import to_arrow
from flext_sdk.connectors._errors import ConnectorError
from flext_sdk.connectors._io import say
from flext_sdk.connectors._sqlsink import STAGE, Column

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from flext_sdk.connectors._types import Table

JOURNAL = ".target-parquet.json"
_OURS = re.compile(r"\.part-[0-9]{6,}\.parquet\.(new|stage)")


@dataclass(slots=True)
class _Folder:
    """A table: its folder, columns, keys, and the numbers of its files.

    Attributes:
        staged: Whether its version is still to be activated.
        empty: Whether its only file has no rows: it shows readers the columns.
    """

    folder: str
    staged: bool
    columns: list[tuple[str, str]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    parts: list[int] = field(default_factory=list)
    empty: bool = False

    def all_columns(self) -> list[Column]:
        return [Column(*column) for column in self.columns]


class ParquetStore:
    """Folders of Parquet files in one folder.

    Args:
        root: An existing folder.
        compression: How columns are compressed.
        rows_per_file: How many rows a file gets.

    Raises:
        ConnectorError: If the journal is broken.
    """

    longest_name = 200

    def __init__(self, root: Path, compression: str, rows_per_file: int) -> None:
        self._root = root
        self._compression = "NONE" if compression == "none" else compression
        self._rows_per_file = rows_per_file
        self._open: dict[str, _parts.PartWriter] = {}
        self._places: dict[int, str] = {}
        self._load()
        self._finish()
        self._forget_missing()
        self._sweep()

    # -- the journal ---------------------------------------------------------------------------------------------------

    def _load(self) -> None:
        path = self._root / JOURNAL
        data: dict[str, Any] = {"next": 1, "documents": {}, "tables": {}, "moves": [], "gone": []}
        if path.exists():
            try:
                data |= json.loads(path.read_bytes())
                tables = {name: _Folder(**table) for name, table in data["tables"].items()}
            except (ValueError, TypeError):
                raise ConnectorError(f"{path} is broken; move the folder away and load it anew") from None
        else:
            tables = {}
        self._next: int = data["next"]
        self._documents: dict[str, str] = data["documents"]
        self._tables: dict[str, _Folder] = tables
        self._pending = (data["moves"], data["gone"])
        self._places = {part: self._name(table, part) for table in tables.values() for part in table.parts}
        self._before = set(self._places.values())

    @staticmethod
    def _name(table: _Folder, part: int, new: bool = False) -> str:
        name = f"part-{part:06}.parquet"
        if new or table.staged:
            name = f".{name}.{'new' if new else 'stage'}"
        return f"{table.folder}/{name}"

    def _finish(self) -> None:
        """Gives files the names that the journal says, and removes what it says is gone; may be done twice."""
        moves, gone = self._pending
        for before, after in moves:
            if (self._root / before).exists():
                (self._root / before).replace(self._root / after)
        for name in gone:
            (self._root / name).unlink(missing_ok=True)

    def _forget_missing(self) -> None:
        """Files that somebody has removed are no longer known, nor tables without any."""
        for name, table in list(self._tables.items()):
            there = [part for part in table.parts if (self._root / self._places[part]).exists()]
            if len(there) < len(table.parts):
                say(
                    "WARNING",
                    f"{self._root / table.folder}: files have been removed; what was in them is not known any more",
                )
                table.parts = there
                if not there:
                    del self._tables[name]
        self._places = {part: self._places[part] for table in self._tables.values() for part in table.parts}
        self._before = set(self._places.values())

    def _sweep(self) -> None:
        """Removes what an earlier run left unfinished."""
        for folder in self._folders():
            for path in folder.iterdir():
                if _OURS.fullmatch(path.name) and f"{folder.name}/{path.name}" not in self._before:
                    path.unlink()
            if not any(folder.iterdir()):
                folder.rmdir()

    def _folders(self) -> list[Path]:
        return [path for path in self._root.iterdir() if path.is_dir()]

    def documents(self) -> dict[str, str]:
        """What is known of the streams."""
        return dict(self._documents)

    def save(self, documents: dict[str, str]) -> None:
        """Replaces what is known of streams."""
        self._documents |= documents

    def commit(self) -> None:
        """Makes everything last: files first, then the journal, then their names."""
        for name in list(self._open):
            self._close(name)
        for table in self._tables.values():
            if table.keys and not table.empty and any(self._is_new(part) for part in table.parts):
                self._replace_rows(table)
            if not table.staged and not table.parts:
                self._write_empty(table)
        wanted = {part: self._name(table, part) for table in self._tables.values() for part in table.parts}
        moves = [[self._places[part], name] for part, name in wanted.items() if self._places[part] != name]
        gone = sorted(self._before - {self._places[part] for part in wanted})
        if not moves and not gone and (self._root / JOURNAL).exists() and self._unchanged():
            return
        self._pending = (moves, gone)
        self._write_journal()
        self._finish()
        self._places = wanted
        self._before = set(wanted.values())
        self._sweep()

    def _journal(self) -> dict[str, Any]:
        tables = {name: asdict(table) for name, table in self._tables.items()}
        moves, gone = self._pending
        return {"next": self._next, "documents": self._documents, "tables": tables, "moves": moves, "gone": gone}

    def _unchanged(self) -> bool:
        known = json.loads((self._root / JOURNAL).read_bytes())
        now = json.loads(json.dumps(self._journal()))
        return all(known[key] == now[key] for key in ("documents", "tables"))

    def _write_journal(self) -> None:
        for table in self._tables.values():
            if (self._root / table.folder).exists():
                _sync(self._root / table.folder)
        path = self._root / (JOURNAL + ".new")
        with path.open("w", encoding="utf-8") as file:
            json.dump(self._journal(), file)
            file.flush()
            os.fsync(file.fileno())
        path.replace(self._root / JOURNAL)
        _sync(self._root)

    def rollback(self) -> None:
        """Takes back everything since the last commit."""
        for writer in self._open.values():
            writer.abandon()
        self._open.clear()
        self._load()
        self._finish()
        self._sweep()

    def close(self) -> None:
        """Nothing is left to do: what was not committed is taken back."""
        self.rollback()

    # -- tables --------------------------------------------------------------------------------------------------------

    def claim(self, stream: str) -> bool:
        """Nothing to do: the folder has one writer."""
        return False

    def names(self) -> set[str]:
        """Names of all tables, and of folders that others made."""
        ours = {table.folder for table in self._tables.values()}
        return {*self._tables, *(path.name for path in self._folders() if path.name not in ours)}

    def column_names(self, table: str) -> list[str]:
        """Names of a table's columns."""
        return [name for name, _ in self._tables[table].columns]

    def physical(self, kind: str) -> str:
        """Every kind has its own type here."""
        return kind

    def create(self, table: str, columns: Sequence[Column], keys: Sequence[str]) -> None:
        """Makes a table; its folder comes with its first rows."""
        base = self._tables.get(table.removeprefix(STAGE)) if table.startswith(STAGE) else None
        self._tables[table] = _Folder(
            base.folder if base else self._folder_for(table),
            base is not None,
            [(column.name, column.kind) for column in columns],
            list(keys),
        )

    def _folder_for(self, table: str) -> str:
        wanted = re.sub(r'[/\\:*?"<>|\x00-\x1f]', "_", table).lstrip("._ ") or "stream"
        taken = {path.name.casefold() for path in self._folders()} | {
            each.folder.casefold() for each in self._tables.values()
        }
        name, number = wanted, 1
        while name.casefold() in taken:
            number += 1
            name = f"{wanted}_{number}"
        return name

    def add(self, table: str, column: Column) -> None:
        """Adds a column, to the files that are there too."""
        found = self._tables[table]
        before = found.all_columns()
        found.columns.append((column.name, column.kind))
        empty = _parts.type_of(column.kind)
        self._rewrite(table, before, lambda rows, _: rows.append_column(column.name, pa.nulls(rows.num_rows, empty)))

    def widen(self, table: str, columns: Sequence[Column], keys: Sequence[str], changed: str, kind: str) -> bool:
        """Turns a column into another kind, in the files that are there too; False if that would alter a value."""
        found = self._tables[table]
        place = next(number for number, (name, _) in enumerate(found.columns) if name == changed)
        before = found.columns[place][1]

        def change(rows: Table, _first: int) -> Table:
            column = _parts.widened(rows.column(changed).combine_chunks(), before, kind)
            if column is None:
                raise _WouldAlterError
            return rows.set_column(place, changed, column)

        old = found.all_columns()
        found.columns[place] = (changed, kind)
        try:
            self._rewrite(table, old, change)
        except _WouldAlterError:
            found.columns[place] = (changed, before)
            return False
        return True

    def _rewrite(self, name: str, before: list[Column], change: Callable[[Table, int], Table]) -> None:
        """Writes all files of a table anew, for columns that have changed."""
        table = self._tables[name]
        self._close(name)
        parts = []
        for part in table.parts:
            new = self._new_part(table)
            _parts.rewrite(
                self._root / self._places[part],
                self._root / self._places[new],
                table.all_columns(),
                self._compression,
                change,
            )
            parts.append(new)
        table.parts = parts

    def set_keys(self, table: str, columns: Sequence[Column], keys: Sequence[str]) -> bool:
        """Gives a table other keys; False if its rows contradict them."""
        found = self._tables[table]
        self._close(table)
        if keys and not self.is_empty(table):
            rows = _parts.keys_in([self._root / self._places[part] for part in found.parts], keys)
            if any(rows.column(key).null_count for key in keys) or len(_parts.repeated(rows, keys)):
                return False
        found.keys = list(keys)
        return True

    def is_empty(self, table: str) -> bool:
        """Whether there is no row."""
        return self._tables[table].empty or not self._tables[table].parts

    def convert(self, kind: str, values: list[Any]) -> tuple[str, Any]:
        """Values as an Arrow array."""
        return to_arrow(kind, values)

    def insert(self, table: str, columns: Sequence[Column], keys: Sequence[str], values: Sequence[Any]) -> None:
        """Adds rows; those with the same keys are taken out at the commit."""
        found = self._tables[table]
        if found.empty:
            found.parts, found.empty = [], False
        if table not in self._open:
            part = self._new_part(found)
            path = self._root / self._places[part]
            self._open[table] = _parts.PartWriter(path, found.all_columns(), self._compression)
            found.parts.append(part)
        given = {column.name: value for column, value in zip(columns, values, strict=True)}
        rows = len(values[0])
        # Columns that nobody fills any more stay.
        self._open[table].add([given.get(name, pa.nulls(rows, _parts.type_of(kind))) for name, kind in found.columns])
        if self._open[table].rows >= self._rows_per_file:
            self._close(table)

    def _new_part(self, table: _Folder) -> int:
        part, self._next = self._next, self._next + 1
        self._places[part] = self._name(table, part, new=True)
        return part

    def _is_new(self, part: int) -> bool:
        return self._places[part].endswith(".new")

    def _close(self, name: str) -> None:
        if name in self._open:
            self._open.pop(name).close()

    def _write_empty(self, table: _Folder) -> None:
        part = self._new_part(table)
        _parts.PartWriter(self._root / self._places[part], table.all_columns(), self._compression).close()
        table.parts, table.empty = [part], True

    def _replace_rows(self, table: _Folder) -> None:
        """Leaves one row for each key: the last."""
        fresh = [part for part in table.parts if self._is_new(part)]
        found = _parts.keys_in([self._root / self._places[part] for part in fresh], table.keys)
        again = set(_parts.repeated(found, table.keys).to_pylist())
        parts, first = [], 0
        for part in table.parts:
            path = self._root / self._places[part]
            if part in fresh:
                count = _count(path)
                drop = pa.array([row - first for row in again if first <= row < first + count], pa.int64())
                first += count
            else:
                drop = _parts.replaced(path, found, table.keys)
            parts += self._without(table, part, drop)
        table.parts = parts

    def _without(self, table: _Folder, part: int, drop: Any) -> list[int]:  # noqa: ANN401 - an array of Arrow
        """The file that takes the place of another, without some of its rows; none if nothing stays."""
        if not len(drop):
            return [part]
        new = self._new_part(table)
        kept = _parts.rewrite(
            self._root / self._places[part],
            self._root / self._places[new],
            table.all_columns(),
            self._compression,
            _parts.without(drop),
        )
        return [new] if kept else []

    def replace(self, table: str, stage: str, columns: Sequence[Column]) -> None:
        """Puts the files of a staging table in place of a table's files."""
        self._close(table)
        self._close(stage)
        staged = self._tables.pop(stage)
        live = self._tables[table]
        live.parts, live.columns, live.empty = staged.parts, staged.columns, False

    def clear(self, table: str) -> None:
        """Removes all rows."""
        self._close(table)
        self._tables[table].parts, self._tables[table].empty = [], False

    def drop(self, table: str) -> None:
        """Removes a table if it is there."""
        self._close(table)
        self._tables.pop(table, None)


class _WouldAlterError(Exception):
    """A value of a column would not be the same in another kind."""


def _count(path: Path) -> int:
    import pyarrow.parquet as pq

    return int(pq.read_metadata(path).num_rows)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
