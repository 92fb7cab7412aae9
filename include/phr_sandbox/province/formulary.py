"""Drugs, services and directions of the demo hospitals. Codes are invented, some left out on purpose."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Drug:
    """One drug line of the hospital's list; ``usage`` is the direction written on a line."""

    icode: str
    name: str
    strength: str
    units: str
    price: float
    qty: int
    usage: str
    tpu: str | None
    gpu: str | None
    sks: str | None
    did: str | None


def _drug(
    number: int, name: str, strength: str, units: str, price: float, qty: int, usage: str, codes: str
) -> Drug:
    """``codes`` names which standard codes the hospital has filled: t(pu), g(pu), s(ks), d(id24)."""
    return Drug(
        f"{1000000 + number}",
        name,
        strength,
        units,
        price,
        qty,
        usage,
        f"99{1000 + number}" if "t" in codes else None,
        f"98{1000 + number}" if "g" in codes else None,
        f"99{1000 + number}" if "s" in codes else None,
        f"{101990000000000000000000 + number * 1000:024d}" if "d" in codes else None,
    )


DRUGS: dict[str, Drug] = {
    drug.icode: drug
    for drug in (
        _drug(1, "PARACETAMOL TAB", "500 mg", "เม็ด", 0.5, 20, "U01", "tgsd"),
        _drug(2, "PARACETAMOL SYRUP", "120 mg/5 ml", "ขวด", 15, 1, "U02", "tsd"),
        _drug(3, "AMOXICILLIN CAP", "500 mg", "แคปซูล", 2, 20, "U03", "tgsd"),
        _drug(5, "DEXTROMETHORPHAN TAB", "15 mg", "เม็ด", 0.75, 20, "U03", "td"),
        _drug(6, "CHLORPHENIRAMINE TAB", "4 mg", "เม็ด", 0.25, 20, "U03", "gd"),
        _drug(7, "BROMHEXINE TAB", "8 mg", "เม็ด", 0.5, 20, "U03", "tgd"),
        _drug(8, "ORS POWDER", "750 ml", "ซอง", 4, 5, "U04", "s"),
        _drug(9, "OMEPRAZOLE CAP", "20 mg", "แคปซูล", 1.5, 14, "U05", "tgsd"),
        _drug(10, "ALUMINIUM HYDROXIDE SUSP", "240 ml", "ขวด", 20, 1, "U06", "d"),
        _drug(11, "NORFLOXACIN TAB", "400 mg", "เม็ด", 2, 14, "U05", "tgsd"),
        _drug(12, "DICLOFENAC TAB", "25 mg", "เม็ด", 0.5, 20, "U03", "tgs"),
        _drug(13, "TOLPERISONE TAB", "50 mg", "เม็ด", 1, 20, "U03", "g"),
        _drug(14, "DIMENHYDRINATE TAB", "50 mg", "เม็ด", 0.5, 10, "U01", "tgsd"),
        _drug(15, "TRIAMCINOLONE CREAM", "0.1%", "หลอด", 12, 1, "U07", "d"),
        _drug(16, "CHLORAMPHENICOL EYE DROP", "0.5%", "ขวด", 18, 1, "U08", "tgd"),
        _drug(17, "FERROUS FUMARATE TAB", "200 mg", "เม็ด", 0.5, 30, "U09", "tgsd"),
        _drug(18, "FOLIC ACID TAB", "5 mg", "เม็ด", 0.5, 30, "U09", "tgsd"),
        _drug(19, "DOXAZOSIN TAB", "2 mg", "เม็ด", 2, 30, "U10", "ts"),
        _drug(20, "LEVOTHYROXINE TAB", "100 mcg", "เม็ด", 1, 30, "U05", "tgsd"),
        _drug(21, "METFORMIN TAB", "500 mg", "เม็ด", 0.75, 120, "U11", "tgsd"),
        _drug(22, "GLIPIZIDE TAB", "5 mg", "เม็ด", 0.5, 60, "U05", "tgsd"),
        _drug(23, "AMLODIPINE TAB", "5 mg", "เม็ด", 0.75, 60, "U09", "tgsd"),
        _drug(24, "ENALAPRIL TAB", "5 mg", "เม็ด", 0.75, 60, "U09", "tgd"),
        _drug(25, "SIMVASTATIN TAB", "20 mg", "เม็ด", 1, 60, "U10", "tgsd"),
        _drug(26, "SODIUM BICARBONATE TAB", "300 mg", "เม็ด", 0.5, 180, "U03", "g"),
        _drug(27, "SALBUTAMOL INHALER", "100 mcg", "หลอด", 90, 1, "U12", "tgsd"),
        _drug(28, "BUDESONIDE INHALER", "200 mcg", "หลอด", 150, 1, "U12", "ts"),
        _drug(29, "ALLOPURINOL TAB", "100 mg", "เม็ด", 0.75, 60, "U09", "tgsd"),
        _drug(30, "ยาขมิ้นชัน", "500 mg", "แคปซูล", 1, 40, "U03", ""),
        _drug(31, "TENOFOVIR+LAMIVUDINE+DOLUTEGRAVIR TAB", "300/300/50 mg", "เม็ด", 25, 30, "U10", "tgsd"),
        _drug(32, "SERTRALINE TAB", "50 mg", "เม็ด", 2, 30, "U09", "tgsd"),
    )
}

#: code, short form, the three label lines
USAGES: tuple[tuple[str, str, str, str, str], ...] = (
    ("U01", "1*prn", "รับประทานครั้งละ 1 เม็ด", "เมื่อมีอาการ ทุก 6 ชั่วโมง", ""),
    ("U02", "1tsp*prn", "รับประทานครั้งละ 1 ช้อนชา", "เวลามีไข้ ทุก 4-6 ชั่วโมง", ""),
    ("U03", "1*3pc", "รับประทานครั้งละ 1 เม็ด", "วันละ 3 ครั้ง", "หลังอาหาร เช้า กลางวัน เย็น"),
    ("U04", "prn", "ละลายน้ำดื่มแทนน้ำ", "เมื่อถ่ายเหลว", ""),
    ("U05", "1*1ac", "รับประทานครั้งละ 1 เม็ด", "วันละ 1 ครั้ง", "ก่อนอาหารเช้า 30 นาที"),
    ("U06", "1tbsp*3ac", "รับประทานครั้งละ 1 ช้อนโต๊ะ", "วันละ 3 ครั้ง", "ก่อนอาหาร เขย่าขวดก่อนใช้"),
    ("U07", "apply*2", "ทาบางๆ บริเวณที่เป็น", "วันละ 2 ครั้ง", "เช้า เย็น"),
    ("U08", "1gtt*4", "หยอดตาครั้งละ 1 หยด", "วันละ 4 ครั้ง", ""),
    ("U09", "1*1pc", "รับประทานครั้งละ 1 เม็ด", "วันละ 1 ครั้ง", "หลังอาหารเช้า"),
    ("U10", "1*hs", "รับประทานครั้งละ 1 เม็ด", "วันละ 1 ครั้ง", "ก่อนนอน"),
    ("U11", "1*2pc", "รับประทานครั้งละ 1 เม็ด", "วันละ 2 ครั้ง", "หลังอาหาร เช้า เย็น"),
    ("U12", "2puff*2", "พ่นครั้งละ 2 กด", "วันละ 2 ครั้ง", "บ้วนปากหลังพ่น"),
)
#: special directions that override the usual ones: code and label lines
SPECIAL_USES: tuple[tuple[str, str, str, str], ...] = (
    ("S01", "รับประทานครั้งละครึ่งเม็ด", "วันละ 1 ครั้ง หลังอาหารเช้า", "งดยาเมื่อความดันต่ำกว่า 100"),
    ("S02", "รับประทานครั้งละ 1 เม็ด", "เฉพาะวันจันทร์ พุธ ศุกร์", ""),
)
#: icode, name, price, income group
SERVICES: tuple[tuple[str, str, float, str], ...] = (
    ("3000001", "ค่าบริการผู้ป่วยนอก", 50, "12"),
    ("3000002", "ค่าตรวจทางห้องปฏิบัติการ", 120, "07"),
    ("3000003", "ค่าทำหัตถการ", 150, "11"),
    ("3000004", "ค่าเวชภัณฑ์มิใช่ยา", 35, "05"),
)
