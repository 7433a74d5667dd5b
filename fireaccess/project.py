"""The project file: ``fireaccess.toml`` names the inputs, the norm and the settings (SPEC §11)."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fireaccess.model.catalogue import Message
from fireaccess.model.errors import ProjectError
from fireaccess.model.formats import Language
from fireaccess.model.layers import ALL_TABLES
from fireaccess.model.text import nfc
from fireaccess.model.words import columns_by_heading

PROJECT_FILE: Final = "fireaccess.toml"
#: Where `fireaccess fetch` puts the roads of a project that names a place.
FETCHED_ROADS: Final = "roads.osm"
#: The fixes that somebody accepted, beside the project file.
FIXES_FILE: Final = "fireaccess.fixes.json"
#: Inputs that only a plan rests on.
_PLANNED: Final = ("costs", "candidates")


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ProjectSection(_Section):
    """``[project]``: what is computed, and by which norm."""

    name: str = Field(min_length=1)
    crs: str = "auto"
    norm: str = "vn"
    vehicle: str = "standard"
    vehicles: list[str] = []
    mode: Literal["norm", "vehicle"] = "norm"
    turns: bool | Literal["auto"] = "auto"
    starts: Literal["arterial", "stations"] = "arterial"
    facade_widths: bool = False
    language: Language = "vi"
    personal_data: bool = False
    central_city: bool = False
    synthetic: bool = False
    deadline: date | None = None


class SurveySection(_Section):
    """``[inputs.survey]``: the ward's own tables."""

    widths: str | None = None
    clearances: str | None = None
    barriers: str | None = None
    water: str | None = None
    fire_points: str | None = None
    solutions: str | None = None
    stations: str | None = None
    violations: str | None = None
    approved: str | None = None


class MappingSection(_Section):
    """``[inputs.mappings.TABLE]``: how a foreign table is read.

    ``columns`` names the file's own heading of a column, ``values`` puts our words in place of
    its own, ``fill`` gives a column that it lacks one text for all rows. ``sheet`` names a sheet
    or layer, ``encoding`` that of a CSV file or shapefile, ``crs`` that of its coordinates.

    Examples
    --------
    >>> MappingSection(columns={"working": "사용가능여부"}, values={"working": {"Y": "yes"}}).fill
    {}
    """

    sheet: str | None = None
    encoding: str | None = None
    crs: str | None = None
    columns: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    fill: dict[str, str] = {}


class InputsSection(_Section):
    """``[inputs]``: files, relative to the project file."""

    roads: str | None = None
    place: str | None = None
    area: str | None = None
    houses: str | None = None
    groups: str | None = None
    elevation: str | None = None
    population: str | None = None
    flood: str | None = None
    costs: str | None = None
    candidates: str | None = None
    survey: SurveySection | str = SurveySection()
    mappings: dict[str, MappingSection] = {}


class Settings(_Section):
    """``[settings]``: distances that the computation rests on, in metres.

    Examples
    --------
    >>> Settings().reading_gap_m
    50.0
    """

    model_config = ConfigDict(allow_inf_nan=False)

    load_margin_m: float = Field(500.0, ge=0)
    snap_m: float = Field(0.5, ge=0)
    reading_gap_m: float = Field(50.0, ge=0)
    same_object_m: float = Field(5.0, ge=0)
    name_snap_m: float = Field(30.0, ge=0)
    snap_limit_m: float = Field(100.0, gt=0)
    survey_snap_m: float = Field(30.0, gt=0)


class OutputsSection(_Section):
    """``[outputs]``: folders, relative to the project file."""

    results: str = "results"
    maps: str = "maps"


class MapSection(_Section):
    """``[map]``: an online base map under the ward's own, if one is wanted.

    ``tiles`` is the address of tiles with ``{z}``, ``{x}`` and ``{y}``, over https;
    ``attribution`` says whose they are, as their terms demand.

    Examples
    --------
    >>> MapSection().tiles is None
    True
    """

    tiles: str | None = Field(None, pattern=r"^https://[^\s'\"<>;,]+$")
    attribution: str = ""


class TargetSection(_Section):
    """``[targets.<name>]``: who answers for a target, what shows that it is met, who decides.

    Offices, not persons: what is written here is printed. ``deadline`` is that of the project
    unless the target has its own.

    Examples
    --------
    >>> TargetSection(owner="Công an phường").deadline is None
    True
    """

    owner: str | None = None
    product: str | None = None
    authority: str | None = None
    deadline: date | None = None


class TargetsSection(_Section):
    """``[targets]``: the plan's targets, by their names in the statistics."""

    water_solutions: TargetSection = TargetSection()
    barriers_dealt_with: TargetSection = TargetSection()
    violations_fixed: TargetSection = TargetSection()
    extinguishers_checked: TargetSection = TargetSection()
    transmitters_installed: TargetSection = TargetSection()
    water_reviewed: TargetSection = TargetSection()
    fire_points_reviewed: TargetSection = TargetSection()


class PerMonthSection(_Section):
    """``[plan.per_month]``: how much can be done in one month, in all groups together.

    What has no limit is spread evenly over the months to the deadline.
    """

    barriers: int | None = Field(None, ge=0)
    hydrants: int | None = Field(None, ge=0)
    fire_points: int | None = Field(None, ge=0)
    solutions: int | None = Field(None, ge=0)
    transmitters: int | None = Field(None, ge=0)
    alleys_measured: int | None = Field(None, ge=0)


#: What a plan can have a budget for.
Budgeted = Literal["barriers", "hydrants", "fire_points"]


class PlanSection(_Section):
    """``[plan]``: what `fireaccess plan` is asked for.

    ``barriers``, ``hydrants`` and ``fire_points`` say how many at most; without them hydrants and
    fire points cover all that can be covered. ``budgets_vnd`` limits the money for each instead.
    ``weight`` says what a house counts, ``use_weights`` how much more houses of a use count where
    that is ``risk``. ``backup`` asks for a second hydrant or fire point within reach.
    ``candidate_spacing_m`` is how far apart places are tried along the roads, ``time_limit_s``
    how long the search for the best of them may take. ``seed`` and ``draws`` are those of the
    draws of what is not measured. ``start`` is the first month of the schedule.

    Examples
    --------
    >>> PlanSection(start="2026-12", budgets_vnd={"hydrants": 600_000_000}).draws
    500
    """

    model_config = ConfigDict(allow_inf_nan=False)

    barriers: int | None = Field(None, ge=0)
    hydrants: int | None = Field(None, ge=0)
    fire_points: int | None = Field(None, ge=0)
    budgets_vnd: dict[Budgeted, Annotated[int, Field(ge=0)]] = {}
    weight: Literal["houses", "people", "risk", "density"] = "houses"
    use_weights: dict[str, Annotated[float, Field(ge=0)]] = {}
    backup: bool = False
    candidate_spacing_m: float = Field(50.0, gt=0)
    time_limit_s: float = Field(60.0, gt=0)
    seed: int = Field(1, ge=0)
    draws: int = Field(500, ge=1)
    start: str | None = Field(None, pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    per_month: PerMonthSection = PerMonthSection()


class _ProjectFile(_Section):
    project: ProjectSection
    inputs: InputsSection
    settings: Settings = Settings()
    outputs: OutputsSection = OutputsSection()
    map: MapSection = MapSection()
    targets: TargetsSection = TargetsSection()
    plan: PlanSection = PlanSection()


_TAKES: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "project.turns": Message('write true, false or "auto"'),
        "project.deadline": Message("write a date without quotation marks, as in 2027-07-01"),
        "map.tiles": Message("write an address such as https://example.org/{z}/{x}/{y}.png"),
        "plan.start": Message('write a month in quotation marks, as in "2026-12"'),
        "plan.budgets_vnd": Message(
            "write the đồng for each work, as in budgets_vnd.hydrants = 600_000_000"
        ),
    }
)


class Project:
    """One ward's project: where its files are and how it is to be computed.

    Examples
    --------
    >>> import tempfile; from fireaccess.sources.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     project = Project.open(write_sample(Path(folder) / "ward"))
    >>> project
    <Project "Phường Mẫu (dữ liệu giả lập)", norm vn, vehicle standard, crs EPSG:5897>
    """

    def __init__(self, file: Path, sections: _ProjectFile) -> None:
        self.file = file
        self.folder = file.parent
        self.options = sections.project
        self.inputs = sections.inputs
        self.settings = sections.settings
        self.outputs = sections.outputs
        self.base_map = sections.map
        self.targets = sections.targets
        self.plan = sections.plan

    @classmethod
    def open(cls, path: str | Path) -> Project:
        """Read a project file, or the one in a folder.

        Parameters
        ----------
        path
            ``fireaccess.toml`` or the folder that holds it.

        Raises
        ------
        ProjectError
            If the file is missing, is no TOML, or has an unknown key or a wrong value.
        """
        file = Path(path)
        if file.is_dir():
            file = file / PROJECT_FILE
        if not file.is_file():
            raise ProjectError(
                Message("there is no such project file"),
                file=file,
                remedy=Message(
                    "give a folder with a fireaccess.toml; `fireaccess sample DIR` writes one"
                ),
            )
        try:
            content = tomllib.loads(file.read_text(encoding="utf-8-sig"))
        except OSError as error:
            raise ProjectError(
                Message("the project file can't be opened: {reason}"),
                file=file,
                remedy=Message("ask for the right to read it"),
                reason=error.strerror or str(error),
            ) from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ProjectError(
                Message("the file is no valid TOML: {reason}"),
                file=file,
                remedy=Message(
                    "check quotes and brackets on that line, and that no key stands twice; save "
                    "the file as UTF-8"
                ),
                reason=str(error),
            ) from None
        try:
            sections = _ProjectFile.model_validate(_floats(content))
        except ValidationError as error:
            raise _explain(error, file) from None
        _check_plan(sections.plan, file)
        _check_tiles(sections.map, file)
        _check_inputs(sections.inputs, file)
        return cls(file, sections)

    @property
    def name(self) -> str:
        """The project's name, in NFC."""
        return nfc(self.options.name)

    @property
    def survey(self) -> SurveySection:
        """The survey tables that the project names one by one."""
        survey = self.inputs.survey
        return survey if isinstance(survey, SurveySection) else SurveySection()

    @property
    def survey_workbook(self) -> Path | None:
        """The workbook that holds the survey, if the project names one."""
        survey = self.inputs.survey
        return self.path(survey) if isinstance(survey, str) else None

    @property
    def roads(self) -> Path:
        """The roads file: the one that is named, or the one fetched for the place."""
        named = self.inputs.roads
        return self.path(FETCHED_ROADS if named is None else named)

    @property
    def house_list(self) -> Path | None:
        """The list of houses; None where buildings of the roads or cells of a grid stand in."""
        named = self.inputs.houses
        return None if named in (None, "osm") else self.path(named)

    @property
    def population(self) -> Path | None:
        """The population grid, if the project names one."""
        named = self.inputs.population
        return None if named is None else self.path(named)

    @property
    def results_folder(self) -> Path:
        """Where the result files go."""
        return self.folder / self.outputs.results

    @property
    def maps_folder(self) -> Path:
        """Where the maps go."""
        return self.folder / self.outputs.maps

    def path(self, name: str) -> Path:
        """Return a file of the project, taken relative to the project file."""
        return self.folder / name

    def input_files(self) -> Iterator[tuple[str, Path]]:
        """Yield each input file with the key that names it, the project file first."""
        yield "project", self.file
        for key in ("norm", "vehicle"):
            if (name := getattr(self.options, key)).endswith(".toml"):
                yield key, self.path(name)
        for name in self.options.vehicles:
            if name.endswith(".toml"):
                yield f"vehicles.{name}", self.path(name)
        yield "roads", self.roads
        for key in ("area", "houses", "groups", "elevation", "population", "flood", *_PLANNED):
            value = getattr(self.inputs, key)
            if value is not None and not (key == "houses" and value == "osm"):
                yield key, self.path(value)
        if self.survey_workbook is not None:
            yield "survey", self.survey_workbook
        if self.path(FIXES_FILE).is_file():
            yield "fixes", self.path(FIXES_FILE)
        for key in type(self.survey).model_fields:
            value = getattr(self.survey, key)
            if value is not None:
                yield f"survey.{key}", self.path(value)

    def map(self) -> Any:
        """Compute the project and return its map, which a notebook shows in place.

        Returns
        -------
        A `fireaccess.outputs.map.inline.WardMap`: that of ``fireaccess.run(project).map()``.

        Raises
        ------
        FireaccessError
            If an input can't be used.
        """
        # The one way up the staircase, for notebooks; looked up when it is asked for.
        return import_module("fireaccess.pipeline").run(self).map()

    def __repr__(self) -> str:
        options = self.options
        return (
            f'<Project "{self.name}", norm {options.norm}, vehicle {options.vehicle}, '
            f"crs {options.crs}>"
        )


def _floats(content: Any) -> Any:
    """Let whole numbers stand for metres in ``[settings]``: TOML tells 500 from 500.0."""
    settings = content.get("settings")
    if isinstance(settings, dict):
        widened = {
            key: float(value) if isinstance(value, int) and not isinstance(value, bool) else value
            for key, value in settings.items()
        }
        return {**content, "settings": widened}
    return content


def _explain(error: ValidationError, file: Path) -> ProjectError:
    """Turn pydantic's first complaint into one that names the key and what to write."""
    first = error.errors(include_url=False)[0]
    # Where a key takes more than one type, pydantic names the type that it tried as well.
    types = ("SurveySection", "str", "bool", "literal['auto']")
    where = [str(part) for part in first["loc"] if part not in types]
    key = ".".join(where)
    if first["loc"][-1] == "[key]":
        # A key of a table whose keys are told by its type.
        return _unknown_word(".".join(where[:-1]), where[-2], get_args(Budgeted), file)
    if first["type"] == "extra_forbidden":
        known = _known_keys(where[:-1])
        nearest = difflib.get_close_matches(where[-1], known, n=1, cutoff=0.5)
        elsewhere = [name for name in _all_keys() if name.split(".")[-1] == where[-1]]
        return ProjectError(
            Message("unknown key {key!r}"),
            file=file,
            remedy=Message("it belongs to [{section}]")
            if elsewhere
            else Message("did you mean {nearest!r}?")
            if nearest
            else Message("known here: {known}"),
            key=key,
            section=elsewhere[0].rpartition(".")[0] if elsewhere else None,
            nearest=next(iter(nearest), None),
            known=", ".join(known),
        )
    if first["type"] == "missing":
        if len(where) == 1:
            return ProjectError(
                Message("the section [{key}] is missing"),
                file=file,
                remedy=Message(
                    "add it: `fireaccess sample DIR` writes a project with every key and a comment"
                ),
                key=key,
            )
        return ProjectError(
            Message("the key {key!r} is missing"),
            file=file,
            remedy=Message("add {name} to [{section}]"),
            key=key,
            name=where[-1],
            section=where[0],
        )
    a_section = first["type"] in ("model_type", "model_attributes_type")
    value = first["input"]
    return ProjectError(
        Message("{key} = {shown} can't be used: [{key}] is a section with keys of its own")
        if a_section and key not in _TAKES
        else Message("{key} = {shown} can't be used: {complaint}"),
        file=file,
        remedy=Message(
            "correct {key}: `fireaccess sample DIR` writes a project with every key and a comment"
        ),
        key=key,
        shown=value.isoformat() if isinstance(value, date) else repr(value),
        # What pydantic says of anything else is its own English.
        complaint=_TAKES.get(key, first["msg"]),
    )


def _known_keys(sections: list[str]) -> list[str]:
    model: type[BaseModel] = _ProjectFile
    for name in sections:
        inner: dict[str, type[BaseModel]] = {
            "project": ProjectSection,
            "inputs": InputsSection,
            "settings": Settings,
            "outputs": OutputsSection,
            "map": MapSection,
            "survey": SurveySection,
            "mappings": MappingSection,
            "targets": TargetsSection,
            "plan": PlanSection,
            "per_month": PerMonthSection,
            **dict.fromkeys(TargetsSection.model_fields, TargetSection),
        }
        model = inner.get(name, model)
    return sorted(model.model_fields)


def _all_keys() -> list[str]:
    return [
        f"{section}.{key}"
        for section in ("project", "inputs", "settings", "outputs", "map")
        for key in _known_keys([section])
    ] + [
        f"{'.'.join(sections)}.{key}"
        for sections in (["inputs", "survey"], ["plan"], ["plan", "per_month"])
        for key in _known_keys(sections)
    ]


def _check_plan(plan: PlanSection, file: Path) -> None:
    for work in plan.budgets_vnd:
        if getattr(plan, work) is not None:
            raise ProjectError(
                Message("plan.{work} and plan.budgets_vnd.{work} both say how much is to be done"),
                file=file,
                remedy=Message("keep the number, or keep the budget"),
                work=work,
            )
    if plan.use_weights and plan.weight != "risk":
        raise ProjectError(
            Message("plan.use_weights says nothing while plan.weight is {weight!r}"),
            file=file,
            remedy=Message('write weight = "risk", or remove use_weights'),
            weight=plan.weight,
        )


def _check_tiles(base: MapSection, file: Path) -> None:
    if base.tiles is None:
        return
    if not all(part in base.tiles for part in ("{z}", "{x}", "{y}")):
        raise ProjectError(
            Message("map.tiles = {tiles!r} lacks one of {{z}}, {{x}} and {{y}}"),
            file=file,
            remedy=Message("write an address such as https://example.org/{{z}}/{{x}}/{{y}}.png"),
            tiles=base.tiles,
        )
    if not base.attribution.strip():
        raise ProjectError(
            Message("map.tiles is named without map.attribution"),
            file=file,
            remedy=Message("say whose tiles they are, as the terms of their server demand"),
        )


def _check_inputs(inputs: InputsSection, file: Path) -> None:
    if inputs.roads is None and inputs.place is None:
        raise ProjectError(
            Message("the key {key!r} is missing"),
            file=file,
            remedy=Message("add {name} to [{section}]"),
            key="inputs.roads",
            name="roads",
            section="inputs",
        )
    if inputs.roads is not None and inputs.place is not None:
        raise ProjectError(
            Message("[inputs] names both roads and a place to fetch them for"),
            file=file,
            remedy=Message("keep roads, or keep place and run `fireaccess fetch`"),
        )
    if inputs.houses is None and inputs.population is None:
        raise ProjectError(
            Message("the key {key!r} is missing"),
            file=file,
            remedy=Message(
                "add houses to [inputs], or population, whose cells stand in for houses"
            ),
            key="inputs.houses",
        )
    for table, mapping in inputs.mappings.items():
        at = f"inputs.mappings.{table}"
        if table not in ALL_TABLES:
            raise _unknown_word(at, table, list(ALL_TABLES), file)
        known = list(columns_by_heading(table).values())
        for key in ("columns", "values", "fill"):
            for column in getattr(mapping, key):
                if column not in known:
                    raise _unknown_word(f"{at}.{key}.{column}", column, known, file)
        if mapping.encoding is not None:
            try:
                # Of no bytes at all Python doesn't ask whether there is such an encoding.
                b"a".decode(mapping.encoding, errors="replace")
            except LookupError:
                raise ProjectError(
                    Message("{at}.encoding = {encoding!r} is no encoding that is known"),
                    file=file,
                    remedy=Message(
                        'write "utf-8", "utf-16", "cp1258", "cp949", "big5" or another name that '
                        "Python knows"
                    ),
                    at=at,
                    encoding=mapping.encoding,
                ) from None


def _unknown_word(key: str, word: str, known: Sequence[str], file: Path) -> ProjectError:
    nearest = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return ProjectError(
        Message("unknown key {key!r}"),
        file=file,
        remedy=Message("did you mean {nearest!r}?") if nearest else Message("known here: {known}"),
        key=key,
        nearest=next(iter(nearest), None),
        known=", ".join(sorted(set(known))),
    )
