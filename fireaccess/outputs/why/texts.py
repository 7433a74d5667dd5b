"""Every word of `fireaccess why` that the sentences of a result don't have, in both languages.

Names in braces are filled in by the modules beside this one.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from fireaccess.outputs.sentences import LANGUAGES, Language

_TEXTS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        # What can be asked about
        "kind.house": ("Nhà", "House"),
        "kind.segment": ("Đoạn đường", "Stretch of road"),
        "kind.alley": ("Đường, ngõ xe không vào được", "Road or alley without a truck"),
        "kind.barrier": ("Vật cản", "Barrier"),
        "kind.reading": ("Số đo bề rộng", "Width reading"),
        "kind.clearance": ("Số đo chiều cao", "Height reading"),
        "kind.water": ("Nguồn nước", "Water"),
        "kind.fire_point": ("Điểm chữa cháy công cộng", "Fire point"),
        "kind.station": ("Trụ sở chữa cháy", "Fire station"),
        "kind.solution": ("Giải pháp cấp nước", "Water solution"),
        "kind.violation": ("Vi phạm", "Violation"),
        "kind.approved": ("Danh sách đã duyệt, dòng", "Approved list, row"),
        # Answers
        "status.ok": ("đạt", "passes"),
        "status.needs_survey": ("cần khảo sát", "needs a survey"),
        "status.no_road": ("không đạt: xa xe", "fails: too far from a truck"),
        "status.no_water": ("không đạt: thiếu nước", "fails: too far from water"),
        "status.no_road_no_water": (
            "không đạt: xa xe và thiếu nước",
            "fails: too far from a truck and from water",
        ),
        "status.unconnected": ("chưa tính được: thiếu ngõ", "not computed: no alley is mapped"),
        "within.covered": ("trong giới hạn", "within the limit"),
        "within.not_covered": ("ngoài giới hạn", "beyond the limit"),
        "within.needs_survey": ("chưa rõ, cần đo", "not known, to be measured"),
        "truck.pass": ("qua được", "gets through"),
        "truck.unknown": ("chưa rõ", "not known"),
        "truck.blocked": ("không qua được", "does not get through"),
        "effect.pass": ("xe qua được", "lets a truck pass"),
        "effect.delay": ("mở được, mất giờ", "opens, which takes time"),
        "effect.unknown": ("chưa rõ xe có qua được không", "not known whether a truck passes"),
        "effect.blocked": ("chặn xe", "blocks a truck"),
        "flag.yes": ("có", "yes"),
        "flag.no": ("không", "no"),
        "flag.unknown": ("chưa rõ", "not known"),
        # What the links of a chain are called
        "what.status": ("Kết luận", "Answer"),
        "what.read_from": ("Đọc từ", "Read from"),
        "what.door": ("Cửa nhà", "Door"),
        "what.hose": ("Đường vòi", "Hose line"),
        "what.stopped_by": (
            "Xe dừng (trường hợp xấu nhất) ở",
            "The truck stops (worst case) at",
        ),
        "what.best_stopped_by": (
            "Xe dừng (trường hợp tốt nhất) ở",
            "The truck stops (best case) at",
        ),
        "what.because": ("Vì", "Because"),
        "what.road": ("Xe chữa cháy và vòi", "Truck and hose"),
        "what.road_60": ("Vòi trong 60 m", "Hose within 60 m"),
        "what.water": ("Nguồn nước", "Water"),
        "what.point": ("Điểm chữa cháy công cộng", "Fire point"),
        "what.not_certain": ("Chưa chắc", "Not certain"),
        "what.not_counted": ("Không tính", "Not counted"),
        "what.flags": ("Cần xem lại", "For a look by eye"),
        "what.truck": ("Xe qua đoạn này", "A truck on it"),
        "what.at_its_end": ("Ở đầu đoạn có", "At its end stands"),
        "what.reached": ("Xe tới đoạn này", "A truck gets to it"),
        "what.part_of": ("Thuộc ngõ xe không vào được", "Part of an alley without a truck"),
        "what.effect": ("Với xe chữa cháy", "For a fire engine"),
        "what.dealt_with": ("Đã xử lý", "Dealt with"),
        "what.stands_for": ("Thay cho vật cản trên bản đồ", "Stands for the mapped barrier"),
        "what.replaced_by": ("Được thay bằng", "Replaced by"),
        "what.certifies": ("Xác nhận", "Certifies"),
        "what.certain": ("Chắc chắn xe không vào được", "Without a truck for certain"),
        "what.deep": ("Ngõ sâu", "Deep alley"),
        "what.narrowest": ("Chỗ hẹp nhất đã biết", "Narrowest known width"),
        "what.houses": ("Nhà", "Houses"),
        "what.has_water_solution": ("Có giải pháp cấp nước", "Has a water solution"),
        "what.nearest": ("Gần nhất", "Nearest"),
        "what.has_fire_point": ("Có điểm chữa cháy công cộng", "Has a fire point"),
        "what.needs_fire_point": ("Cần điểm chữa cháy công cộng", "Needs a fire point"),
        "what.working": ("Hoạt động", "Working"),
        "what.usable": ("Dùng được", "Usable"),
        # Evidence
        "source.survey": ("khảo sát", "survey"),
        "source.osm": ("OpenStreetMap", "OpenStreetMap"),
        "source.norm": ("quy chuẩn", "norm"),
        "source.houses": ("danh sách nhà", "list of houses"),
        "sheet": ("trang {sheet}", "sheet {sheet}"),
        "row": ("dòng {row}", "row {row}"),
        "accuracy": ("sai số {accuracy} m", "accuracy {accuracy} m"),
        "no_date": ("không ghi ngày", "no date"),
        "not_used": ("KHÔNG DÙNG: {why}", "NOT USED: {why}"),
        "not_used.replaced": ("đã có {by} thay", "replaced by {by}"),
        "not_used.far": (
            "cách mọi đường hơn {limit} m ({setting})",
            "farther than {limit} m from any road ({setting})",
        ),
        "not_used.riser": ("họng chờ không hoạt động", "a riser that does not work"),
        "not_used.unreadable": ("không đọc được thành số", "can't be read as a figure"),
        "not_used.outranked": ("nguồn tốt hơn quyết định: {by}", "a better source decides: {by}"),
        "not_used.sign": (
            "biển báo, ở đây không quyết định",
            "a sign, which decides nothing here",
        ),
        "not_used.enough": ("không dưới mức cần {need}", "not below the {need} needed"),
        "not_used.no_bridge": (
            "không phải cầu nên không chặn xe chữa cháy",
            "no bridge, so it does not stop a fire engine",
        ),
        "not_used.other": ("điều khác quyết định", "something else decides"),
        # Clauses
        "of_norm": ("quy chuẩn {name}", "norm {name}"),
        "of_vehicle": ("xe {name}", "vehicle {name}"),
        "figure.V": ("V (đã đọc trong nguồn)", "V (read in the source)"),
        "figure.V2": (
            "V2 (đọc trong bản sao không chính thức)",
            "V2 (read in an unofficial copy)",
        ),
        "figure.T": ("T (đã thử)", "T (tested)"),
        "figure.M": (
            "GIẢ ĐỊNH (M, theo trí nhớ, chưa kiểm chứng)",
            "ASSUMED (M, from memory, not verified)",
        ),
        "figure.assumption": (
            "GIẢ ĐỊNH (không nguồn nào quy định)",
            "ASSUMED (no source gives it)",
        ),
        "silent": ("quy chuẩn {name} không nêu giới hạn", "norm {name} gives no limit"),
        "silent.draft": (
            "phải hút bằng xe, mà quy chuẩn {name} không nêu xe phải đứng gần bao nhiêu",
            "to be drawn from by truck, and norm {name} does not say from how near",
        ),
        # Houses
        "unnamed": ("lối đi chưa có tên", "an unnamed way"),
        "door": (
            "trên {road} (đoạn {segment}), cách nhà {offset} m: {rule}",
            "on {road} (segment {segment}), {offset} m from the house: {rule}",
        ),
        "door.named": ("đường mà địa chỉ nêu", "the road that the address names"),
        "door.nearest": (
            "đường gần nhất, vì địa chỉ không nêu đường nào có trên bản đồ",
            "the nearest road, for the address names none that is mapped",
        ),
        "door.no_address": (
            "đường gần nhất, vì không có địa chỉ",
            "the nearest road, for there is no address",
        ),
        "door.elsewhere": (
            "đường gần nhất, vì địa chỉ nêu {name}, mà trong {limit} m (name_snap_m) không có",
            "the nearest road, for the address names {name}, which is not within {limit} m "
            "(name_snap_m)",
        ),
        "both": ("xấu nhất: {worst}; tốt nhất: {best}", "worst case: {worst}; best case: {best}"),
        "hose.none": ("không có lối đi từ chỗ xe dừng", "no way from where a truck stops"),
        "hose.door": (
            "{hose} m, vì xe vào được đường trước nhà",
            "{hose} m, for a truck gets to the road at the door",
        ),
        "hose.line": (
            "{hose} m = {offset} m tới cửa + {along} m đường, từ chỗ xe dừng{stand}",
            "{hose} m = {offset} m to the door + {along} m of road, from where the truck "
            "stops{stand}",
        ),
        "stand": (" (kinh độ {lon}, vĩ độ {lat})", " (lon {lon}, lat {lat})"),
        "sixty": (
            "60 m là cố định (cột road_60), không lấy từ quy chuẩn này",
            "the 60 m are fixed (column road_60), not taken from this norm",
        ),
        "nearest.within": ("{kind} {id}, {compared}", "{kind} {id}, {compared}"),
        "nearest": (
            "gần nhất dùng được: {kind} {id}, {compared}",
            "nearest usable: {kind} {id}, {compared}",
        ),
        "nearest.covered": (
            "một nguồn xa hơn nằm trong giới hạn của loại nó",
            "one farther away lies within the limit of its kind",
        ),
        "nearest.needs_survey": (
            "trong giới hạn nếu xe hút được nước ở một nguồn chưa chắc",
            "within the limit if a truck can draw from one that is not certain",
        ),
        "nearest.none": (
            "không có cái nào dùng được mà vòi tới được",
            "no usable one can be reached by hose",
        ),
        "object.straight": (
            "{kind} {id}, {straight} m đường chim bay: {why}",
            "{kind} {id}, {straight} m straight: {why}",
        ),
        "object.more": (
            "và {count} cái nữa trong giới hạn đường chim bay",
            "and {count} more within the limit as the crow flies",
        ),
        "object.broken": ("không hoạt động", "not working"),
        "object.far": (
            "cách mọi đường hơn {limit} m (snap_limit_m)",
            "farther than {limit} m from any road (snap_limit_m)",
        ),
        "object.no_stand": (
            "phải hút bằng xe, mà xe không tới được trong {limit} m",
            "to be drawn from by truck, and none gets within {limit} m",
        ),
        "object.open_stand": (
            "phải hút bằng xe, mà chưa rõ xe có tới được trong {limit} m không",
            "to be drawn from by truck, and it is not known whether one gets within {limit} m",
        ),
        "object.beyond": (
            "dù vậy, theo đường vòi cũng quá giới hạn",
            "beyond its limit by hose even so",
        ),
        "object.usable": (
            "nguồn gần nhất, trong giới hạn, của {count} nhà",
            "the nearest one, within its limit, of {count} houses",
        ),
        "flags.far_door": (
            "đường gần nhất cách nhà hơn 30 m: có thể thiếu ngõ trên bản đồ",
            "the road is more than 30 m from the house: an alley may be missing on the map",
        ),
        "flags.behind": (
            "đường xe tới được nằm trong 20 m đường chim bay: có lối thông không?",
            "a road that a truck gets to lies within 20 m straight: is there a way through?",
        ),
        "flags.name_mismatch": (
            "cửa không nằm trên đường mà địa chỉ nêu",
            "the door is not on the road that the address names",
        ),
        "flags.placed_by_name": (
            "không có tọa độ: nhà được đặt ở giữa đường mà địa chỉ nêu",
            "without coordinates: set on the middle of the road that the address names",
        ),
        "flags.people_estimated": (
            "số người là ước tính từ lưới dân số, không phải số đếm",
            "how many people live here is an estimate from a population grid, not a count",
        ),
        "flags.stand_in": (
            "không phải một ngôi nhà mà là một ô của lưới dân số, tính từ tâm ô",
            "no house but a cell of a population grid, counted from its centre",
        ),
        # Roads
        "segment": ("{road}, dài {length} m", "{road}, {length} m long"),
        "outside": ("ngoài địa bàn", "outside the area"),
        "truck.survey": (
            "số đo {id} đủ rộng và xác nhận đoạn này{narrowest}: {compared}",
            "reading {id} is wide enough and certifies it{narrowest}: {compared}",
        ),
        "truck.somewhere": (
            "{road} có chỗ hẹp, chưa rõ ở đoạn nào",
            "{road} is narrow somewhere, not known on which stretch",
        ),
        "truck.narrowest": (" (chỗ hẹp nhất)", " (as its narrowest place)"),
        "truck.width": ("thẻ {tag}: {compared}", "tag {tag}: {compared}"),
        "truck.class.pass": (
            "đường loại {highway} đủ rộng theo bảng phân loại; chưa có số đo",
            "class {highway} is wide enough by the table of classes; not measured",
        ),
        "truck.class.blocked": (
            "loại {highway} không dành cho xe chữa cháy, theo bảng phân loại",
            "class {highway} is not for fire engines, by the table of classes",
        ),
        "truck.class.unknown": (
            "chưa có số đo bề rộng, và loại {highway} chưa nói lên điều gì",
            "its width was not measured, and class {highway} does not tell",
        ),
        "truck.sign_width": (
            "đường loại {highway} thường đủ rộng, nhưng biển báo {tag} dưới mức cần {need} m",
            "class {highway} is wide enough as a rule, but the sign {tag} is below the {need} m "
            "needed",
        ),
        "truck.oneway": (
            "đường một chiều, và xe này đi đúng chiều (respect_oneway)",
            "a one-way street, and this vehicle keeps to it (respect_oneway)",
        ),
        "truck.steps": ("bậc thang hoặc hành lang", "steps or a corridor"),
        "truck.height": ("chiều cao thông thủy {compared}", "clear height {compared}"),
        "truck.sign_height": (
            "biển báo hạn chế chiều cao {compared}",
            "a sign limits the height to {compared}",
        ),
        "truck.covered": (
            "đi dưới nhà hoặc mái che mà chưa có số đo chiều cao",
            "it leads through a building or under a roof, and no height was measured",
        ),
        "truck.weight": ("cầu chỉ chịu được {compared}", "a bridge that carries {compared}"),
        # Alleys
        "alley.certain.yes": ("trường hợp tốt nhất cũng vậy", "in the best case too"),
        "alley.certain.no": (
            "trường hợp tốt nhất, xe vào được ít nhất một đoạn",
            "in the best case a truck gets into some of it",
        ),
        "alley.houses": (
            "{houses}; ngoài tầm vòi: {no}; cần đo: {open}",
            "{houses}; beyond hose reach: {no}; to be measured: {open}",
        ),
        "alley.no_houses": (
            "không có nhà: xét ở các đầu xa nhất",
            "no house stands on it: judged at its farthest ends",
        ),
        "alley.water.all": (
            "cả {houses} nhà đều có nguồn nước trong giới hạn của loại nó",
            "all {houses} houses have water within the limit of its kind",
        ),
        "alley.water.installed": (
            "{short} trong {houses} nhà chưa chắc có nguồn nước trong giới hạn, nhưng một giải "
            "pháp đã lắp đặt phục vụ ngõ này; khảo sát có:",
            "{short} of {houses} houses have no certain water within the limit, but an installed "
            "solution serves the alley; the survey lists:",
        ),
        "alley.water.short": (
            "trong {houses} nhà, {no} không có nguồn nước trong giới hạn, {open} chưa rõ",
            "of {houses} houses, {no} have no water within the limit, {open} are not known",
        ),
        "alley.nearest": (
            "{id}, cách đầu gần nhất của ngõ {metres} m",
            "{id}, {metres} m from the nearest end of the alley",
        ),
        "alley.points": (
            "{no} trong {houses} nhà không có điểm chữa cháy trong giới hạn",
            "{no} of {houses} houses have no fire point within the limit",
        ),
        "alley.needs_point": (
            "sâu {depth}; {no} nhà chưa có điểm trong giới hạn",
            "depth {depth}; houses without one: {no}",
        ),
        # Barriers and readings
        "rule.removed": ("đã dỡ bỏ", "it was removed"),
        "rule.gap": ("khe khi mở {compared}", "gap when open {compared}"),
        "rule.keyholder": (
            "mở được và có người giữ khóa; mở mất {delay} s",
            "it can be opened and somebody is named who opens it; opening takes {delay} s",
        ),
        "rule.no_keyholder": (
            "mở được nhưng chưa ghi ai giữ khóa",
            "it can be opened, but nobody is named who opens it",
        ),
        "rule.fixed": ("khảo sát ghi là cố định", "the survey says that it is fixed"),
        "rule.type.blocked": (
            "chưa có số đo khe hay tình trạng; loại này chặn xe",
            "neither gap nor state is known; this type blocks a truck",
        ),
        "rule.type.unknown": (
            "chưa có số đo khe hay tình trạng; loại này có thể mở được",
            "neither gap nor state is known; this type may open",
        ),
        "rule.type.pass": ("loại này để xe qua", "this type lets a truck pass"),
        "rule.unlocked": (
            "không khóa (locked=no); mở mất {delay} s",
            "it is not locked (locked=no); opening takes {delay} s",
        ),
        "rule.yielding": (
            "cọc thấp hoặc mềm; qua mất {delay} s",
            "a low or flexible bollard; passing takes {delay} s",
        ),
        "rule.kerb.pass": (
            "bó vỉa hạ thấp hoặc không cao quá {limit} m",
            "a lowered kerb, or one no higher than {limit} m",
        ),
        "rule.kerb.unknown": (
            "chưa rõ bó vỉa có cao quá {limit} m không",
            "not known whether the kerb is higher than {limit} m",
        ),
        "rule.height": ("chiều cao {compared}", "height {compared}"),
        "rule.no_height": ("chưa rõ chiều cao", "its height is not known"),
        "rule.somewhere": (
            "nằm trên một trong {count} đoạn của đường, chưa rõ đoạn nào",
            "it is on one of {count} stretches of its road, not known on which",
        ),
        "rule.not_known": (
            "chưa rõ loại này có để xe qua không",
            "not known whether this type lets a truck pass",
        ),
        "certifies": ("{count} đoạn: {segments}", "{count} stretches: {segments}"),
        "certifies.none": (
            "không đoạn nào: các đoạn hai bên dài hơn {gap} m (reading_gap_m) hoặc đã có số đo "
            "khác xác nhận",
            "no stretch: those beside it are longer than {gap} m (reading_gap_m), or another "
            "reading certifies them",
        ),
        "dealt_with.removed": ("đã dỡ bỏ", "it was removed"),
        "dealt_with.pass": ("xe qua được", "a truck passes"),
        "dealt_with.checked": (
            "có người giữ khóa và ngày kiểm tra",
            "somebody is named who opens it, and it was checked",
        ),
        "dealt_with.not_checked": (
            "có người giữ khóa nhưng chưa có ngày kiểm tra",
            "somebody is named who opens it, but no date says that it was checked",
        ),
        "dealt_with.unknown": ("chưa rõ xe có qua được không", "not known whether a truck passes"),
        "dealt_with.blocked": ("vẫn chặn xe", "it still blocks a truck"),
        "more": ("và {count} đoạn nữa", "and {count} more"),
        # Types of water and fire points
        "type.hydrant": ("trụ nước", "hydrant"),
        "type.tank": ("bể nước", "tank"),
        "type.pond": ("ao, hồ", "pond"),
        "type.river": ("sông, mương", "river"),
        "type.pit": ("hố thu nước", "pit"),
        "type.suction_point": ("điểm hút nước", "suction point"),
        "type.fire_point": ("điểm chữa cháy", "fire point"),
        "type.extinguisher": ("bình chữa cháy công cộng", "public extinguisher"),
    }
)


def text(key: str, language: Language, **fill: object) -> str:
    """Return one text in one language, its braces filled in.

    Examples
    --------
    >>> text("row", "vi", row=14), text("row", "en", row=14)
    ('dòng 14', 'row 14')
    """
    return _TEXTS[key][LANGUAGES.index(language)].format(**fill)


def known(key: str) -> bool:
    """Whether there is such a text.

    Examples
    --------
    >>> known("type.hydrant"), known("type.cistern")
    (True, False)
    """
    return key in _TEXTS
