"""What both samples share in words: the project file, the README, people and their devices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from fireaccess.sources.sample.drawing import Dice

Kind = Literal["ward", "commune"]

NAMES: Mapping[Kind, str] = {
    "ward": "Phường Mẫu (dữ liệu giả lập)",
    "commune": "Xã Mẫu (dữ liệu giả lập)",
}

SOLD_FROM_HOME = "nhà ở kết hợp kinh doanh"


def people_and_devices(dice: Dice) -> dict[str, str | int]:
    """Return who lives in a house, its use, and its extinguisher and alarm transmitter."""
    use = dice.pick((("nhà ở", 84), (SOLD_FROM_HOME, 11), ("nhà trọ", 4), ("xưởng nhỏ", 1)))
    row: dict[str, str | int] = {
        "people": dice.whole(6, 18) if use == "nhà trọ" else dice.whole(1, 6),
        "use": use,
    }
    if dice.happens(0.3):
        row["extinguisher"] = "yes"
        if dice.happens(0.6):
            row["extinguisher_checked"] = dice.date()
            row["extinguisher_ok"] = "yes" if dice.happens(0.85) else "no"
    elif dice.happens(0.5):
        row["extinguisher"] = "no"
    if use != "nhà ở" and dice.happens(0.3):
        month = dice.whole(1, 6)
        row["registered_month"] = f"2026-{month:02d}"
        if month < 5 and dice.happens(0.6):
            row["installed_date"] = dice.date(first_month=month + 1)
            row["transmitter"] = "yes"
        else:
            row["transmitter"] = "no"
    return row


def project_text(kind: Kind) -> str:
    """Return the project file: complete, with a comment on each line that one may change."""
    return _HEAD + (_WARD if kind == "ward" else _COMMUNE) + _TAIL


def readme_text(kind: Kind, features: Sequence[tuple[str, str]]) -> str:
    """Return the README of one sample."""
    rows = "\n".join(f"| {shown} | {ids} |" for shown, ids in features)
    options = " --rural" if kind == "commune" else ""
    return f"""# {NAMES[kind]}

**Dữ liệu giả lập / SYNTHETIC DATA.** Every road, house, name and reading here was invented by
fireaccess. It is no real place, and nothing in it may be used for real decisions.
Mọi đường, nhà, tên gọi và số đo ở đây đều do fireaccess tạo ra, không phải nơi có thật.

To make your own project, write a copy, change the name in `fireaccess.toml` and put your files
in place of these:

```
fireaccess sample my-{kind}{options}
fireaccess check my-{kind}
fireaccess run my-{kind}
```

## What it shows

| feature | ids |
|---|---|
{rows}
"""


def data_readme_text() -> str:
    """Return the README of the folder that holds the samples."""
    rows = "\n".join(f"| `sample-{kind}` | {name} |" for kind, name in NAMES.items())
    return f"""# Sample projects: dữ liệu giả lập / SYNTHETIC DATA

Everything in this folder is invented. No real place, house or person is in it.

| folder | project |
|---|---|
{rows}

`fireaccess sample DIR` writes the ward, `fireaccess sample DIR --rural` the commune. The same
bytes are kept here, so that one can look at a project without running anything; a test compares
them. After a change to the generator write them again: `python -m fireaccess.sources.sample data`
"""


_HEAD = """\
# DỮ LIỆU GIẢ LẬP / SYNTHETIC DATA, written by "fireaccess sample": no real place.
# To make it your own, change the name below and put your own files in place of these.
# Để dùng cho địa phương mình: đổi tên ở dưới và thay các tệp bằng dữ liệu của mình.

[project]
"""

_WARD = """\
name = "Phường Mẫu (dữ liệu giả lập)"
crs = "EPSG:5897"            # VN-2000, meridian of Hà Nội; or "auto"
norm = "vn"                  # quy chuẩn: a shipped norm, or the path of a norm file
vehicle = "standard"         # loại xe: a shipped vehicle, or a path
# vehicles = ["light", "pickup"]  # xe để so sánh: computed beside the main run
mode = "norm"                # "norm": the norm's clear width; "vehicle": the vehicle's own
turns = "auto"               # góc cua: true, false, or "auto": once the radius is verified
facade_widths = false        # true: gaps between buildings as widths, where none was measured
starts = "arterial"          # engines come along the main roads; or "stations"
language = "vi"              # "vi" | "en"
personal_data = false        # false: no names of people on maps and lists
synthetic = true             # said on every map; delete this line when the data are your own
central_city = true          # thành phố trực thuộc trung ương: transmitters required
deadline = 2027-07-01        # hạn hoàn thành

[inputs]
roads = "roads.osm"          # OSM: .osm .osm.gz .osm.bz2 .osm.pbf; GraphML; or a file of lines
area = "area.geojson"        # ranh giới phường
houses = "houses.csv"        # danh sách nhà: any table with lon, lat, or a vector file
groups = "groups.geojson"    # tổ dân phố
# elevation = "dem.tif"      # lưới độ cao: metres of the ground, for how steep roads are
# population = "people.tif"  # lưới dân số: people per cell, for the houses without a count
# flood = "flood.tif"        # ngập: depths in metres, or polygons, computed beside the main run
costs = "costs.csv"          # đơn giá: examples to put your own prices in place of
# candidates = "candidates.geojson"  # vị trí đề xuất: your own places for hydrants, fire points

[inputs.survey]              # khảo sát: leave out what you don't have
widths = "survey/widths.csv"
clearances = "survey/clearances.csv"
barriers = "survey/barriers.csv"
water = "survey/water.geojson"
fire_points = "survey/fire_points.csv"
solutions = "survey/solutions.csv"
stations = "survey/stations.csv"
violations = "survey/violations.csv"
approved = "survey/approved.csv"

[targets.water_solutions]    # chỉ tiêu: who answers for it, what shows that it is met, who decides
owner = "Phòng Kinh tế, Hạ tầng và Đô thị"
product = "Trụ, bể hoặc họng nước đã nghiệm thu"
authority = "Ủy ban nhân dân phường"

[targets.barriers_dealt_with]
owner = "Công an phường"
deadline = 2026-12-31        # sooner than the project's
"""

_COMMUNE = """\
name = "Xã Mẫu (dữ liệu giả lập)"
crs = "auto"                 # the UTM zone of the area's centre; or VN-2000, as in "EPSG:9214"
norm = "vn"                  # quy chuẩn: a shipped norm, or the path of a norm file
vehicle = "standard"         # loại xe: a shipped vehicle, or a path
# vehicles = ["light", "pickup"]  # xe để so sánh: computed beside the main run
mode = "norm"                # "norm": the norm's clear width; "vehicle": the vehicle's own
turns = "auto"               # góc cua: true, false, or "auto": once the radius is verified
facade_widths = false        # true: gaps between buildings as widths, where none was measured
starts = "arterial"          # engines come along the main roads; or "stations"
language = "vi"              # "vi" | "en"
personal_data = false        # false: no names of people on maps and lists
synthetic = true             # said on every map; delete this line when the data are your own
central_city = false         # a province: transmitters are encouraged, not required
deadline = 2027-07-01        # hạn hoàn thành

[inputs]                     # no area: the extent of the houses; no groups: their group column
roads = "roads.osm"          # OSM: .osm .osm.gz .osm.bz2 .osm.pbf; GraphML; or a file of lines
houses = "houses.geojson"    # nhà: here as outlines; a table with lon, lat does as well

[inputs.survey]              # khảo sát: leave out what you don't have
widths = "survey/widths.csv"
barriers = "survey/barriers.csv"
water = "survey/water.geojson"
fire_points = "survey/fire_points.csv"
violations = "survey/violations.csv"
"""

_TAIL = """
[settings]                   # take the # away to change one
load_margin_m = 500          # roads this far outside count as ways round
# snap_limit_m = 100         # a house farther from any road is unconnected
# name_snap_m = 30           # a road named in the address is looked for this far
# survey_snap_m = 30         # a reading or barrier farther from any road is not used
# same_object_m = 5          # a surveyed object this near to one of OSM is the same
# reading_gap_m = 50         # a wide reading certifies a stretch no longer than this

[plan]                       # kế hoạch: what `fireaccess plan` is asked for
# barriers = 10              # at most so many barriers to deal with; left out: all that help
# hydrants = 5               # at most so many new hydrants; left out: until all are covered
# fire_points = 20           # the same of fire points
# budgets_vnd.hydrants = 600_000_000  # money in place of a number: barriers, hydrants, fire_points
# weight = "houses"          # what counts: "houses", "people", "risk" (their use) or "density"
# use_weights = { "xưởng nhỏ" = 3 }  # with weight = "risk": how much a house of that use counts
# backup = false             # true: a second hydrant or fire point within reach as well
# candidate_spacing_m = 50   # places along the roads are tried this far apart
# time_limit_s = 60          # the search stops then, and tells how far from the best it may be
# seed = 1                   # of the draws of what is not measured
# draws = 500
# start = "2026-12"          # first month; left out: the month after the newest survey

[plan.per_month]             # giới hạn mỗi tháng: at most so many a month; left out: spread evenly
# barriers = 5
# hydrants = 2
# fire_points = 5
# solutions = 5
# transmitters = 50
# alleys_measured = 20

[outputs]
results = "results"
maps = "maps"
"""
