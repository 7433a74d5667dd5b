"""The columns of the tables that a sample writes, as the templates have them."""

HOUSES = [
    "house_id",
    "lon",
    "lat",
    "address",
    "group",
    "people",
    "use",
    "extinguisher",
    "extinguisher_checked",
    "extinguisher_ok",
    "transmitter",
    "registered_month",
    "installed_date",
]
WIDTHS = [
    "object_id",
    "lon",
    "lat",
    "width_m",
    "narrowest",
    "accuracy_m",
    "road_name",
    "date",
    "method",
    "surveyor",
]
CLEARANCES = ["object_id", "lon", "lat", "height_m", "kind", "date"]
BARRIERS = [
    "object_id",
    "lon",
    "lat",
    "type",
    "state",
    "clear_width_m",
    "keyholder",
    "checked",
    "osm_id",
    "road_name",
    "owner",
    "due",
    "date",
    "photo",
]
WATER = [
    "object_id",
    "type",
    "working",
    "truck_source",
    "volume_m3",
    "flow_l_s",
    "owner",
    "last_checked",
    "defect",
]
FIRE_POINTS = ["object_id", "lon", "lat", "working", "contents", "last_checked"]
SOLUTIONS = ["object_id", "lon", "lat", "type", "serves_m", "road_name", "date"]
STATIONS = ["object_id", "lon", "lat", "name"]
VIOLATIONS = [
    "object_id",
    "kind",
    "lon",
    "lat",
    "road_name",
    "found",
    "due",
    "owner",
    "authority",
    "fixed",
]
APPROVED = ["house_id", "road_name", "group"]
