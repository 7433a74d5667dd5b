"""Every word that the map itself says, in Vietnamese and English.

The words of the survey and of OpenStreetMap are not here: the map shows them as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

Language = Literal["vi", "en"]

_TEXTS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        # The page
        "title": ("Bản đồ tiếp cận chữa cháy", "Fire access map"),
        "legend": ("Chú giải", "Legend"),
        "count": ("Số lượng", "Count"),
        "share": ("Tỷ lệ", "Share"),
        "by_length": ("(tỷ lệ theo chiều dài)", "(share of length)"),
        "map": ("Bản đồ", "Map"),
        "layers": ("Lớp bản đồ", "Map layers"),
        "zoom_in": ("Phóng to", "Zoom in"),
        "zoom_out": ("Thu nhỏ", "Zoom out"),
        "close": ("Đóng", "Close"),
        "covered": (
            "Nhà trong tầm vòi của xe chữa cháy",
            "Houses within hose reach of a fire engine",
        ),
        "measured": (
            "Chiều dài ngõ đã đo",
            "Alley length that was measured",
        ),
        "norm": ("Tiêu chuẩn", "Norm"),
        "vehicle": ("Xe", "Vehicle"),
        "project": ("Dự án", "Project"),
        "turns_off": ("Chưa xét góc cua của xe", "Turning at corners is not checked"),
        "assumed": (
            "Chiều rộng giả định không phải là số đo",
            "Assumed widths are not measurements",
        ),
        "too_old": (
            "Trình duyệt này quá cũ để mở bản đồ. Hãy dùng Chrome, Edge hoặc Cốc Cốc từ bản 80, "
            "Firefox từ bản 113, Safari từ bản 16.4.",
            "This browser is too old for the map. Use Chrome or Edge 80, Firefox 113, Safari 16.4 "
            "or newer.",
        ),
        "damaged": (
            "Không đọc được dữ liệu của bản đồ: tệp bị hỏng hoặc bị cắt ngắn. Hãy chép lại tệp.",
            "The map's data can't be read: the file is damaged or cut short. Copy it again.",
        ),
        "no_script": (
            "Bản đồ cần JavaScript. Hãy bật JavaScript cho tệp này.",
            "The map needs JavaScript. Turn it on for this file.",
        ),
        # Layers
        "layer.houses": ("Nhà", "Houses"),
        "layer.segments": ("Đường", "Roads"),
        "layer.alleys": ("Ngõ xe không tới", "Alleys without a truck"),
        "layer.barriers": ("Vật cản, chỗ hẹp", "Barriers and narrow places"),
        "layer.water": ("Nguồn nước", "Water"),
        "layer.fire_points": ("Điểm chữa cháy công cộng", "Fire points"),
        "layer.area": ("Ranh giới", "Area's edge"),
        # Houses
        "status.ok": ("Đạt", "Passes"),
        "status.needs_survey": ("Cần khảo sát", "Needs a survey"),
        "status.no_road": ("Không đạt: xa xe", "Fails: too far from a truck"),
        "status.no_water": ("Không đạt: thiếu nước", "Fails: too far from water"),
        "status.no_road_no_water": ("Không đạt: cả hai", "Fails: both"),
        "status.unconnected": (
            "Chưa tính: thiếu ngõ",
            "Unconnected: alley not mapped",
        ),
        # Roads
        "reached.yes": ("Xe tới được", "The truck gets there"),
        "reached.unknown": ("Chưa rõ, cần đo", "Not known, to be measured"),
        "reached.no": ("Xe không tới được", "The truck does not get there"),
        "truck.pass": ("qua được", "gets through"),
        "truck.unknown": ("chưa rõ", "not known"),
        "truck.blocked": ("không qua được", "does not get through"),
        "truck_reason.survey": ("đo tại chỗ", "measured on the spot"),
        "truck_reason.width": (
            "chiều rộng ghi trên OpenStreetMap",
            "width mapped in OpenStreetMap",
        ),
        "truck_reason.class": (
            "chỉ biết loại đường, chưa đo",
            "only the class of the road is known, not measured",
        ),
        "truck_reason.steps": ("bậc thang hoặc hành lang", "steps or a corridor"),
        "truck_reason.sign_width": ("biển hạn chế chiều rộng", "a sign limits the width"),
        "truck_reason.height": ("chiều cao thông thủy", "clear height"),
        "truck_reason.sign_height": ("biển hạn chế chiều cao", "a sign limits the height"),
        "truck_reason.covered": (
            "đi dưới nhà, chưa đo chiều cao",
            "covered, height not measured",
        ),
        "truck_reason.weight": ("tải trọng cầu", "the bridge's load"),
        "source.survey": ("khảo sát", "survey"),
        "source.osm": ("OpenStreetMap", "OpenStreetMap"),
        "source.reading": ("số đo chiều rộng", "width reading"),
        "source.clearance": ("số đo chiều cao", "height reading"),
        "source.maxwidth:physical": ("OpenStreetMap", "OpenStreetMap"),
        "source.width": ("OpenStreetMap", "OpenStreetMap"),
        "source.width:carriageway": ("OpenStreetMap", "OpenStreetMap"),
        "source.est_width": ("OpenStreetMap, ước lượng", "OpenStreetMap, estimated"),
        "not_measured": ("chưa có số đo", "not measured"),
        # Alleys
        "alley.deep": ("Ngõ sâu, chắc chắn", "Deep, for certain"),
        "alley.perhaps_deep": ("Ngõ sâu, chưa chắc", "Deep, perhaps"),
        "alley.other": ("Ngõ khác, chắc chắn", "Other, for certain"),
        "alley.perhaps_other": ("Ngõ khác, chưa chắc", "Other, perhaps"),
        # Barriers
        "effect.blocked": ("Chặn xe", "Blocks the truck"),
        "effect.unknown": ("Chưa rõ", "Not known"),
        "effect.delay": ("Mở được, mất giờ", "Opens, takes time"),
        "effect.pass": ("Xe qua được", "Lets the truck through"),
        "state.fixed": ("cố định", "fixed"),
        "state.openable": ("mở được", "can be opened"),
        "state.removed": ("đã dỡ bỏ", "removed"),
        "type.block": ("khối chắn", "block"),
        "type.bollard": ("cọc chắn", "bollard"),
        "type.chain": ("dây xích", "chain"),
        "type.gate": ("cổng", "gate"),
        "type.lift_gate": ("barie nâng", "lift gate"),
        "type.swing_gate": ("cổng mở cánh", "swing gate"),
        "type.sliding_gate": ("cổng trượt", "sliding gate"),
        "type.height_restrictor": ("khung hạn chế chiều cao", "height restrictor"),
        "type.jersey_barrier": ("dải phân cách bê tông", "jersey barrier"),
        "type.cycle_barrier": ("rào chắn xe đạp", "cycle barrier"),
        "type.motorcycle_barrier": ("rào chắn xe máy", "motorcycle barrier"),
        "type.kerb": ("bó vỉa", "kerb"),
        "type.wall": ("tường", "wall"),
        "type.fence": ("hàng rào", "fence"),
        "type.planter": ("bồn cây", "planter"),
        "type.debris": ("vật liệu, phế thải", "debris"),
        "type.toll_booth": ("trạm thu phí", "toll booth"),
        "type.entrance": ("lối vào", "entrance"),
        "type.reading": ("chỗ hẹp đo được", "measured narrow place"),
        "type.clearance": ("chỗ thấp đo được", "measured low place"),
        # Water and fire points
        "works.usable": ("Dùng được", "Usable"),
        "works.unknown": ("Chưa rõ", "Not known"),
        "works.unusable": ("Xe không dùng được", "Working, not usable"),
        "works.broken": ("Hỏng", "Not working"),
        "type.hydrant": ("trụ nước chữa cháy", "hydrant"),
        "type.tank": ("bể nước", "tank"),
        "type.pond": ("ao, hồ", "pond"),
        "type.river": ("sông, mương", "river"),
        "type.pit": ("hố thu nước", "pit"),
        "type.suction_point": ("điểm hút nước", "suction point"),
        "type.fire_point": ("điểm chữa cháy công cộng", "fire point"),
        "type.fire_extinguisher": ("bình chữa cháy công cộng", "public extinguisher"),
        # What popups tell
        "label.house_id": ("Mã nhà", "House"),
        "label.hose_m": ("Vòi từ xe", "Hose from the truck"),
        "label.hydrant_m": ("Trụ nước gần nhất", "Nearest hydrant"),
        "label.water_m": ("Nguồn nước gần nhất", "Nearest water"),
        "label.point_m": ("Điểm chữa cháy gần nhất", "Nearest fire point"),
        "label.stopped_by": ("Xe bị chặn bởi", "The truck is stopped by"),
        "label.reached": ("Xe chữa cháy", "Fire engine"),
        "label.truck": ("Đoạn này", "This stretch"),
        "label.truck_reason": ("Căn cứ", "Because"),
        "label.width_m": ("Chiều rộng", "Width"),
        "label.type": ("Loại", "Type"),
        "label.state": ("Tình trạng", "State"),
        "label.effect": ("Với xe chữa cháy", "For the fire engine"),
        "label.clear_width_m": ("Khoảng hở", "Gap"),
        "label.source": ("Nguồn số liệu", "Source"),
        "label.id": ("Mã", "Id"),
        "label.depth_m": ("Độ sâu", "Depth"),
        "label.length_m": ("Chiều dài", "Length"),
        "label.min_width_m": ("Chỗ hẹp nhất đã biết", "Narrowest known width"),
        "label.certain": ("Chắc chắn xe không tới", "Certainly without a truck"),
        "label.houses": ("Số nhà", "Houses"),
        "label.houses_not_covered": ("Nhà ngoài tầm vòi", "Houses out of hose reach"),
        "label.houses_needs_survey": ("Nhà cần khảo sát", "Houses that need a survey"),
        "label.has_water_solution": ("Có giải pháp cấp nước", "Has a water solution"),
        "label.has_fire_point": ("Có điểm chữa cháy", "Has a fire point"),
        "label.needs_fire_point": ("Cần điểm chữa cháy", "Needs a fire point"),
        "label.working": ("Hoạt động", "Working"),
        "label.usable": ("Dùng được", "Usable"),
        "label.houses_served": ("Số nhà phục vụ", "Houses served"),
        "kind.barrier": ("vật cản", "barrier"),
        "kind.reading": ("chỗ hẹp", "narrow place"),
        "kind.clearance": ("chỗ thấp", "low place"),
        "kind.segment": ("đoạn đường", "road stretch"),
        "answer.yes": ("có", "yes"),
        "answer.no": ("không", "no"),
        "answer.unknown": ("chưa rõ", "not known"),
        "unnamed": ("Không tên", "Unnamed"),
        "no_way": ("không có đường tới", "no way there"),
        "worst": ("xấu nhất", "worst case"),
        "best": ("tốt nhất", "best case"),
        "metres": ("m", "m"),
        "kilometres": ("km", "km"),
    }
)


def texts(language: Language) -> dict[str, str]:
    """Return every text of the map in one language.

    >>> texts("en")["layer.houses"]
    'Houses'
    """
    place = ("vi", "en").index(language)
    return {key: both[place] for key, both in _TEXTS.items()}
