"""Master tables of an invented hospital."""

from __future__ import annotations

from phr_sandbox.province.clinical import ICD_NAMES
from phr_sandbox.province.formulary import DRUGS, SERVICES, SPECIAL_USES, USAGES
from phr_sandbox.province.laboratory import GROUPS, ITEMS
from phr_sandbox.province.profiles import PROFILES, HospitalProfile
from phr_sandbox.province.vaccines import LISTS, NAMES, OTHER_ANC
from phr_sandbox.province.writer import Writer

#: code -> (name, main group, INSTYPE, nhso_code, sub-right)
PTTYPES: dict[str, tuple[str, str | None, str | None, str | None, str | None]] = {
    "10": ("บัตรประกันสุขภาพ", "UCS", "0100", "00", None),
    "20": ("ข้าราชการ จ่ายตรง", "OFC", "1100", "11", None),
    "30": ("ประกันสังคม", "SSS", "4200", "42", None),
    "40": ("องค์กรปกครองส่วนท้องถิ่น", "LGO", "2201", "22", None),
    "50": ("บัตรประกันสุขภาพ ผู้มีรายได้น้อย", "WEL", "0100", "00", "74"),
    "60": ("บุคคลที่มีปัญหาสถานะและสิทธิ", "STP", "8301", "83", None),
    "70": ("ต่างด้าวซื้อบัตรประกันสุขภาพ", None, "8401", "84", None),
    "89": ("บัตรประกันสุขภาพ ผู้สูงอายุและเด็ก", "UCS", "0100", "00", "77"),
    # no main group: that of the INSTYPE counts; 7777 is no INSTYPE anybody knows
    "25": ("ข้าราชการบำนาญ จ่ายตรง", None, "1200", "12", None),
    "35": ("โครงการพิเศษของโรงพยาบาล", None, "7777", None, None),
    # no INSTYPE of its own: provis_instype has to be asked, and for 99 even that is silent
    "90": ("ชำระเงินเอง", None, "", "91", None),
    "99": ("อื่นๆ", None, None, None, None),
}
_SPECIALTIES = (
    ("01", "อายุรกรรม", "00100"),
    ("02", "ศัลยกรรม", "00200"),
    ("03", "สูติกรรม", "00300"),
    ("05", "กุมารเวชกรรม", "00500"),
    ("07", "จักษุวิทยา", "00700"),
    ("08", "ศัลยกรรมกระดูก", "00800"),
    ("09", "จิตเวช", "00900"),
    ("11", "ทันตกรรม", "01100"),
    ("12", "อุบัติเหตุและฉุกเฉิน", "01200"),
    ("14", "แพทย์แผนไทย", "01400"),
    ("16", "ตรวจโรคทั่วไป", "01600"),
)
#: specialty -> service point
DEPARTMENTS: dict[str, tuple[str, str]] = {
    "01": ("010", "ห้องตรวจอายุรกรรม"),
    "02": ("020", "ห้องตรวจศัลยกรรม"),
    "03": ("030", "คลินิกฝากครรภ์"),
    "05": ("050", "คลินิกเด็ก"),
    "07": ("070", "ห้องตรวจตา"),
    "08": ("080", "ห้องตรวจกระดูก"),
    "09": ("090", "คลินิกสุขใจ"),
    "11": ("110", "ห้องทันตกรรม"),
    "12": ("120", "ห้องฉุกเฉิน"),
    "14": ("140", "ห้องแพทย์แผนไทย"),
    "16": ("160", "ห้องตรวจโรคทั่วไป"),
}
#: specialty -> doctor code
DOCTORS: dict[str, tuple[str, ...]] = {
    "01": ("0001", "0002"),
    "02": ("0003",),
    "03": ("0004",),
    "05": ("0005",),
    "07": ("0006",),
    "08": ("0007",),
    "09": ("0008",),
    "11": ("0009",),
    "12": ("0010", "0002"),
    "14": ("0011",),
    "16": ("0012",),
}
_DOCTOR_ROWS = (
    ("0001", "นพ.หนึ่ง แพทย์จำลอง", "นพ.", "ว.990001", "01", "01"),
    ("0002", "พญ.สอง แพทย์จำลอง", "พญ.", "ว 990002", "01", "01"),
    ("0003", "นพ.สาม แพทย์จำลอง", "นพ.", "990003", "01", "01"),
    ("0004", "พญ.สี่ แพทย์จำลอง", "พญ.", "ว.990004", "01", "01"),
    ("0005", "พญ.ห้า แพทย์จำลอง", "พญ.", "ว990005", "01", "01"),
    ("0006", "นพ.หก แพทย์จำลอง", "นพ.", "", "01", "01"),
    ("0007", "นพ.เจ็ด แพทย์จำลอง", "นพ.", "ว. 990007", "01", "01"),
    ("0008", "พญ.แปด แพทย์จำลอง", "พญ.", "ว.990008", "01", "01"),
    ("0009", "ทพ.เก้า ทันตแพทย์จำลอง", "ทพ.", "ท.990009", "02", "02"),
    ("0010", "นพ.สิบ แพทย์จำลอง", "นพ.", "ว.990010", "01", "01"),
    ("0011", "พท.สิบเอ็ด แพทย์แผนไทยจำลอง", "พท.", "พท.ว.990011", "06", "08"),
    ("0012", "พยาบาลสิบสอง วิชาชีพจำลอง", "น.ส.", None, "03", "03"),
)
HOME, ADMIT, REFER, DIED, REFUSED = "99", "01", "03", "04", "07"
_TAMBON_NAMES = (
    ("990101", "ในเมืองสมมติ"),
    ("990102", "นาจำลอง"),
    ("990103", "ท่าทดสอบ"),
    ("990201", "ดอนสมมติ"),
    ("990202", "หนองจำลอง"),
)


def write_masters(out: Writer, profile: HospitalProfile) -> None:
    """Fill every master table of one hospital."""
    out.master("opdconfig", "hospitalcode hospitalname", [(profile.hcode, profile.name_th)])
    out.master(
        "hospcode",
        "hospcode name hosptype chwpart amppart tmbpart",
        [(p.hcode, p.name_th, p.kind, "99", "01", "01") for p in PROFILES.values()],
    )
    out.master(
        "pttype",
        "pttype name isuse hipdata_code pttype_std_code nhso_code nhso_subinscl",
        [(code, name, "Y", group, ins, nhso, sub) for code, (name, group, ins, nhso, sub) in PTTYPES.items()],
    )
    out.master(
        "provis_instype", "code name pttype_std_code", [("91", "ชำระเงินเอง", "9100"), ("00", "UC", "0100")]
    )
    out.master("spclty", "spclty name provis_code active_status", [(*row, "Y") for row in _SPECIALTIES])
    out.master(
        "kskdepartment",
        "depcode department spclty department_active",
        [(code, name, spclty, "Y") for spclty, (code, name) in DEPARTMENTS.items()],
    )
    out.master(
        "doctor",
        "code name pname licenseno council_code provider_type_code active",
        [(*row, "Y") for row in _DOCTOR_ROWS],
    )
    out.master(
        "ovstist",
        "ovstist name export_code",
        [("01", "มาเอง", "1"), ("02", "มาตามนัด", "2"), ("03", "ส่งต่อจากที่อื่น", "3"), ("04", "รถฉุกเฉิน", "4")],
    )
    out.master(
        "ovstost",
        "ovstost name export_code death_status",
        [
            (HOME, "กลับบ้าน", "1", "N"),
            (ADMIT, "รับไว้ในโรงพยาบาล", "2", "N"),
            (REFER, "ส่งต่อ", "3", "N"),
            (DIED, "เสียชีวิต", "4", "Y"),
            (REFUSED, "ปฏิเสธการรักษา", "7", "N"),
        ],
    )
    out.master(
        "diagtype",
        "diagtype name nhso_code",
        [
            ("1", "PRINCIPLE DX", "1"),
            ("2", "CO-MORBIDITY", "2"),
            ("3", "COMPLICATION", "3"),
            ("4", "OTHER", "4"),
            ("5", "EXTERNAL CAUSE", "5"),
        ],
    )
    out.master(
        "icd101",
        "code name tname code3 active_status",
        [(code, english, thai, code[:3], "Y") for code, (english, thai) in ICD_NAMES.items()],
    )
    out.master(
        "pname",
        "name provis_code sex",
        [
            ("ด.ช.", "001", "1"),
            ("ด.ญ.", "002", "2"),
            ("นาย", "003", "1"),
            ("น.ส.", "004", "2"),
            ("นาง", "005", "2"),
        ],
    )
    out.master(
        "nationality",
        "nationality name nhso_code",
        [("99", "ไทย", "099"), ("48", "เมียนมา", "048"), ("56", "ลาว", "056"), ("57", "กัมพูชา", "057")],
    )
    _write_addresses(out)
    out.master(
        "clinic",
        "clinic name chronic icd10 active_status",
        [
            ("001", "คลินิกเบาหวาน", "Y", "E119", "Y"),
            ("002", "คลินิกความดันโลหิตสูง", "Y", "I10", "Y"),
            ("003", "คลินิกโรคไต", "Y", "N189", "Y"),
            ("004", "คลินิกหอบหืดและปอดอุดกั้น", "Y", "J449", "Y"),
            ("010", "คลินิกทั่วไป", "N", None, "Y"),
        ],
    )
    _write_laboratory(out)
    _write_formulary(out)
    for table, numbers in LISTS.items():
        name = "vaccine_name" if table == "person_vaccine" else f"{table}_name"
        listed = [(number, NAMES[code], code) for code, number in numbers.items()]
        if table == "anc_service":
            listed += OTHER_ANC
        out.master(table, f"{table}_id {name} export_vaccine_code", listed)


def _write_addresses(out: Writer) -> None:
    rows: list[tuple[str, str, str, str, str, str, str, str | None]] = [
        ("990000", "สมมติ", "จ.สมมติ", "99", "00", "00", "1", None),
        ("990100", "เมืองสมมติ", "อ.เมืองสมมติ จ.สมมติ", "99", "01", "00", "2", None),
        ("990200", "ดอนสมมติ", "อ.ดอนสมมติ จ.สมมติ", "99", "02", "00", "2", None),
    ]
    for code, name in _TAMBON_NAMES:
        district = "เมืองสมมติ" if code[2:4] == "01" else "ดอนสมมติ"
        full = f"ต.{name} อ.{district} จ.สมมติ"
        rows.append((code, name, full, code[:2], code[2:4], code[4:], "3", f"99{code[3]}00"))
    out.master("thaiaddress", "addressid name full_name chwpart amppart tmbpart codetype pocode", rows)


def _write_laboratory(out: Writer) -> None:
    out.master("lab_items_group", "lab_items_group_code lab_items_group_name", GROUPS)
    out.master(
        "lab_items",
        "lab_items_code lab_items_name lab_items_display_name lab_items_unit lab_items_normal_value"
        " lab_items_group loinc_code tmlt_code provis_labcode active_status",
        [
            (i.code, i.name, i.display, i.unit, i.normal, i.group, i.loinc, i.tmlt, i.provis, "Y")
            for i in ITEMS.values()
        ],
    )


def _write_formulary(out: Writer) -> None:
    out.master(
        "drugitems",
        "icode name strength units unitprice istatus drugusage did sks_drug_code tmt_tp_code tmt_gp_code",
        [
            (d.icode, d.name, d.strength, d.units, d.price, "Y", d.usage, d.did, d.sks, d.tpu, d.gpu)
            for d in DRUGS.values()
        ],
    )
    out.master("nondrugitems", "icode name price income istatus", [(*row, "Y") for row in SERVICES])
    out.master(
        "drugusage",
        "drugusage code name1 name2 name3 shortlist status",
        [(code, short, a, b, c, " ".join(t for t in (a, b, c) if t), "Y") for code, short, a, b, c in USAGES],
    )
    out.master("sp_use", "sp_use name1 name2 name3", SPECIAL_USES)
