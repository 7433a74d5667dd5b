"""What a list is made of: columns, rows, and the words in which its cells are told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
import pandas as pd
import shapely

from fireaccess.model.formats import Language
from fireaccess.outputs.headings import (
    COLUMNS,
    DECIMALS,
    LISTS,
    SUMMED,
    TEXTS,
    TONES,
    Kind,
    Tone,
)
from fireaccess.outputs.order import natural
from fireaccess.outputs.result import Result
from fireaccess.outputs.texts import texts
from fireaccess.sources.coordinates import WGS84, transform_xy


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list.

    Parameters
    ----------
    name
        Its name in the rows.
    heading
        Its heading, with the unit.
    kind
        ``place`` is text to be linked to the object's place on the map, ``word`` one of the words
        that `tones` knows, ``change`` is a count with its sign, ``metres`` has one decimal and
        ``width`` two, ``grid`` are metres of a map's grid; ``money`` is đồng, ``estimate`` a count
        that is expected, with one decimal.
    width
        Width in letters.
    total, per
        Columns whose sums stand above it, divided by the sum of the column ``per`` if there is one.
    """

    name: str
    heading: str
    kind: Kind
    width: float
    total: tuple[str, ...] = ()
    per: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Listing:
    """A list: its columns, and a row for each object.

    Parameters
    ----------
    name
        Key of the list.
    title, note
        What it is called, and what it tells.
    columns
        Its columns.
    printed
        How many of them, from the first, belong on paper.
    rows
        Plain text, numbers and dates by column, None or NaN where nothing is known; ``at`` is the
        object's id in its layer.
    layer
        The layer of the map that shows the objects, None if there is none.
    whole
        The figures of the whole area by column, where the list has them.
    section
        The column whose value stands as a heading above the rows that share it; None if there are
        no such headings. Rows that share it follow one another.
    paper
        What it is printed on, A3 where A4 would leave the letters too small.
    """

    name: str
    title: str
    note: str
    columns: tuple[Column, ...]
    printed: int
    rows: pd.DataFrame
    layer: str | None = None
    whole: Mapping[str, Any] | None = None
    section: str | None = None
    paper: Literal["A4", "A3"] = "A4"


def tones(language: Language) -> dict[str, Tone]:
    """Return what each word of a ``word`` column means, to colour it.

    Examples
    --------
    >>> tones("vi")["cần khảo sát"], tones("en")["Blocks the truck"]
    ('open', 'bad')
    """
    known = words(language)
    return {known[key]: tone for key, tone in TONES.items()}


def words(language: Language) -> dict[str, str]:
    """Return the map's words and those of the lists alone: one thing has one name everywhere."""
    return {**texts(language), **{key: text.into(language) for key, text in TEXTS.items()}}


def known_cells(values: Iterable[Any]) -> list[Any]:
    """Return values with None for whatever is missing."""
    return [None if pd.isna(value) else value for value in values]


def told_date(value: Any) -> date | str | None:
    """Return a date, or as text what no spreadsheet takes as one."""
    try:
        return None if pd.isna(value) else date.fromisoformat(value)
    except ValueError:
        return str(value)


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells of one result in one language.

    Parameters
    ----------
    result
        What `fireaccess.run` returns.
    language
        Language of titles, headings and words.
    """

    result: Result
    language: Language

    def word(self, prefix: str) -> Callable[[Any], Any]:
        """Return what gives the word of a code; a code without a word is told as it is."""
        known = words(self.language)
        flags = {True: "yes", False: "no"}
        return lambda code: known.get(f"{prefix}{flags.get(code, code)}", code)

    def told(self, prefix: str, codes: Iterable[Any]) -> list[Any]:
        """Return words for codes, None where there is none."""
        word = self.word(prefix)
        return [None if code is None else word(code) for code in known_cells(codes)]

    def told_each(self, prefix: str, codes: Iterable[Any], between: str) -> list[Any]:
        """Return words for cells that hold several codes, as result files write them."""
        word = self.word(prefix)
        return [
            None if several is None else between.join(word(code) for code in several.split(";"))
            for several in known_cells(codes)
        ]

    def listing(
        self,
        name: str,
        rows: pd.DataFrame,
        layer: str | None = None,
        whole: Mapping[str, Any] | None = None,
        note: Mapping[str, str] | None = None,
        columns: Mapping[str, Sequence[Column]] | None = None,
        section: str | None = None,
        paper: Literal["A4", "A3"] = "A4",
    ) -> Listing:
        """Make a list of its rows: titles, columns and what is printed are those of `LISTS`.

        Parameters
        ----------
        name
            Key of the list.
        rows
            Cells by column, and ``at``; columns that are not the list's are left out.
        layer, whole, section, paper
            As in `Listing`.
        note
            What to fill into the list's note.
        columns
            Further columns, by their place in `LISTS`.
        """
        title, notes, names = LISTS[name]
        crs = self.result.network.crs
        code = crs.to_epsg()
        crs_name = crs.name if code is None else f"{crs.name}, EPSG:{code}"
        made: list[Column] = []
        printed = None
        for key in names.split():
            if key == "|":
                printed = len(made)
            elif key.startswith("{"):
                made += (columns or {}).get(key[1:-1], ())
            else:
                told, kind, width = COLUMNS[key]
                heading = told.into(self.language, crs=crs_name)
                total = (key,) if key in SUMMED else ()
                made.append(Column(key, heading, kind, width, total))
        frame = pd.DataFrame(rows, columns=[*(c.name for c in made), "at"], dtype=object)
        frame["map"] = words(self.language)["open"]
        for column in made:
            if column.kind in DECIMALS:
                numbers = pd.to_numeric(frame[column.name])
                frame[column.name] = numbers.round(DECIMALS[column.kind])
        return Listing(
            name=name,
            title=title.into(self.language),
            note=notes.into(self.language, **(note or {})),
            columns=tuple(made),
            printed=len(made) if printed is None else printed,
            rows=frame.reset_index(drop=True),
            layer=layer,
            whole=whole,
            section=section,
            paper=paper,
        )

    def heading(self, *parts: str) -> str:
        """Return a heading that is put together."""
        keys = [f"of.{part}" if f"of.{part}" in COLUMNS else part for part in parts]
        return ": ".join(COLUMNS[key][0].into(self.language) for key in keys)

    def where(self, points: Any) -> dict[str, Any]:
        """Return columns of places: degrees, and metres in the analysis CRS."""
        lon, lat = shapely.get_x(points), shapely.get_y(points)
        east, north = np.full(len(lon), np.nan), np.full(len(lon), np.nan)
        known = np.isfinite(lon) & np.isfinite(lat)
        crs = self.result.network.crs
        east[known], north[known] = transform_xy(lon[known], lat[known], WGS84, crs)
        return {"lon": lon, "lat": lat, "east": east, "north": north}

    def described(self, tokens: pd.Series) -> list[str | None]:
        """Say what stops a truck, of each ``kind:id``."""
        stops = self.result.stops
        known = {} if stops is None else stops.describe(tokens.dropna().tolist())
        return [known[token][self.language] if token in known else None for token in tokens]


def told_columns(frame: pd.DataFrame) -> dict[str, list[Any]]:
    """Return the columns of a layer that lists have under the same name."""
    names = [name for name in frame.columns if name in COLUMNS]
    return {str(name): known_cells(frame[name].tolist()) for name in names}


def in_order(rows: Mapping[str, Any], *by: str) -> pd.DataFrame:
    """Sort rows by some columns, text as people count."""
    frame = pd.DataFrame(rows, dtype=object)

    def key(value: Any) -> Any:
        if isinstance(value, str):
            return natural(value)
        return [] if value is None or value is pd.NA else value

    keys = [[key(value) for value in frame[name]] for name in by]
    return frame.iloc[sorted(range(len(frame)), key=lambda i: [column[i] for column in keys])]
