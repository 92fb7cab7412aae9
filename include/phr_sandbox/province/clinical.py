"""What people come for: acute cases, chronic care, and the topics that must be held."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Case:
    """One reason to come. ``weight`` is its share among the acute cases an age and sex can have."""

    code: str
    complaint: str
    spclty: str
    weight: int
    drugs: tuple[str, ...] = ()
    panels: tuple[str, ...] = ()
    ages: tuple[float, float] = (0, 120)
    sex: str = ""
    fever: bool = False
    others: tuple[str, ...] = ()
    external: str = ""
    procedures: tuple[str, ...] = ()
    follow_up: int = 0


ACUTE: tuple[Case, ...] = (
    Case("J069", "ไข้ ไอ น้ำมูก 2 วัน", "01", 30, ("1000001", "1000005", "1000006"), fever=True),
    Case("J029", "เจ็บคอ มีไข้ 1 วัน", "01", 12, ("1000001", "1000003"), fever=True),
    Case("J209", "ไอมีเสมหะ 5 วัน", "01", 8, ("1000005", "1000007"), ages=(3, 120)),
    Case("A09", "ถ่ายเหลว 4 ครั้ง ก่อนมา", "01", 12, ("1000008", "1000001"), ("cbc",)),
    Case("K30", "ปวดท้อง จุกแน่นลิ้นปี่", "01", 12, ("1000009", "1000010"), ages=(12, 120)),
    Case("K297", "แสบท้องหลังอาหาร", "01", 5, ("1000009",), ages=(15, 120)),
    Case("N390", "ปัสสาวะแสบขัด 2 วัน", "01", 6, ("1000011",), ("ua", "culture"), ages=(15, 120)),
    Case("M545", "ปวดหลัง 1 สัปดาห์", "08", 12, ("1000012", "1000013"), ages=(18, 120)),
    Case("M791", "ปวดเมื่อยกล้ามเนื้อ", "14", 8, ("1000013", "1000030"), ages=(18, 120), procedures=("9339",)),
    Case("R42", "เวียนศีรษะ บ้านหมุน", "01", 6, ("1000014",), ("cbc", "sugar"), ages=(30, 120)),
    Case("G442", "ปวดศีรษะ 3 วัน", "01", 6, ("1000001",), ages=(12, 120)),
    Case("L309", "ผื่นคันตามตัว", "01", 6, ("1000015", "1000006")),
    Case("H109", "ตาแดง 1 วัน", "07", 4, ("1000016",)),
    Case("K021", "ปวดฟัน", "11", 10, ("1000001", "1000003"), ages=(5, 120), procedures=("2301",)),
    Case("K051", "เหงือกบวม ขูดหินปูน", "11", 6, ages=(12, 120), procedures=("9654",)),
    Case(
        "S610",
        "มีดบาดนิ้วมือ",
        "12",
        6,
        ("1000003", "1000001"),
        external="W260",
        procedures=("8659",),
        follow_up=7,
    ),
    Case("S800", "ล้มเข่ากระแทก", "12", 6, ("1000013",), external="W010", ages=(4, 120)),
    Case("S934", "ข้อเท้าพลิก", "08", 5, ("1000012",), external="W189", ages=(8, 120)),
    Case("S060", "รถจักรยานยนต์ล้ม ศีรษะกระแทก", "12", 3, ("1000001",), external="V284", ages=(12, 70)),
    Case("T141", "สุนัขกัดที่ขา", "12", 4, ("1000003",), external="W540", procedures=("9956",), follow_up=3),
    Case(
        "R509",
        "ไข้สูง 3 วัน",
        "05",
        8,
        ("1000002",),
        ("cbc", "dengue", "inflammation"),
        ages=(1, 15),
        fever=True,
    ),
    Case("A90", "ไข้สูง ปวดเมื่อยตัว", "01", 3, ("1000001",), ("cbc", "dengue"), ages=(5, 60), fever=True),
    Case(
        "J180",
        "ไข้ ไอ หอบเหนื่อย",
        "01",
        3,
        ("1000003", "1000007"),
        ("cbc", "electrolyte", "inflammation"),
        fever=True,
    ),
    Case("Z001", "ตรวจสุขภาพเด็กดี", "05", 25, ages=(0, 5), follow_up=60),
    Case(
        "Z340", "ฝากครรภ์ตามนัด", "03", 10, ("1000017", "1000018"), ("cbc", "ua"), (20.5, 42), "2", follow_up=28
    ),
    Case("Z000", "ตรวจสุขภาพประจำปี", "01", 6, (), ("cbc", "sugar", "lipid", "ua"), (35, 80)),
    Case("H259", "ตามัวทั้งสองข้าง", "07", 4, ("1000016",), ages=(55, 100), follow_up=90),
    Case("N40", "ปัสสาวะลำบาก", "02", 4, ("1000019",), ("ua", "kidney"), (55, 100), "1", follow_up=60),
    Case("E039", "ติดตามไทรอยด์ต่ำ", "01", 3, ("1000020",), ("thyroid",), (25, 90), follow_up=90),
    Case("D509", "ซีด อ่อนเพลีย", "01", 3, ("1000017",), ("cbc",), (15, 80), follow_up=30),
    Case("B351", "เล็บเป็นเชื้อรา", "01", 2, ("1000015",), ages=(20, 90)),
)

#: chronic code -> (drugs, panels, clinic of the appointment)
CHRONIC: dict[str, tuple[tuple[str, ...], tuple[str, ...], str]] = {
    "E119": (("1000021", "1000022"), ("sugar", "hba1c", "kidney"), "001"),
    "I10": (("1000023", "1000024"), ("kidney", "electrolyte"), "002"),
    "E785": (("1000025",), ("lipid", "liver"), "002"),
    "N183": (("1000026",), ("kidney", "electrolyte", "cbc"), "003"),
    "N184": (("1000026", "1000017"), ("kidney", "electrolyte", "cbc"), "003"),
    "J449": (("1000027", "1000028"), (), "004"),
    "J459": (("1000027", "1000028"), (), "004"),
    "M109": (("1000029",), ("uric", "kidney"), "010"),
}

#: topics the sensitivity list marks R; (code, complaint, specialty, drugs, panels)
RESTRICTED: tuple[tuple[str, str, str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("B24", "รับยาตามนัด", "01", ("1000031",), ("hiv", "cbc")),
    ("B20", "ไข้ น้ำหนักลด", "01", ("1000031",), ("hiv", "cbc")),
    ("F322", "นอนไม่หลับ เบื่อหน่าย", "09", ("1000032",), ()),
    ("F411", "ใจสั่น วิตกกังวล", "09", ("1000032",), ()),
    ("F200", "รับยาตามนัด", "09", ("1000032",), ()),
    ("F102", "ขอเลิกสุรา", "09", (), ("liver",)),
    ("F152", "บำบัดตามนัด", "09", (), ()),
    ("A510", "แผลที่อวัยวะเพศ", "01", ("1000003",), ("vdrl",)),
    ("A549", "ปัสสาวะแสบ มีหนอง", "01", ("1000011",), ("ua",)),
)
#: topics marked V: never sent. Y070 stands as an external cause beside an injury.
VERY_RESTRICTED: tuple[tuple[str, str], ...] = (
    ("T741", "ถูกทำร้ายร่างกาย"),
    ("T742", "ตรวจร่างกายตามหนังสือส่งตัว"),
    ("Y070", "บาดเจ็บจากการถูกทำร้าย"),
    ("Z044", "ตรวจตามหนังสือส่งตัว"),
)
#: pregnancy and sexual health below 20 years: (code, complaint, sex)
ADOLESCENT: tuple[tuple[str, str, str], ...] = (
    ("Z340", "ฝากครรภ์ครั้งแรก", "2"),
    ("Z321", "ประจำเดือนขาด", "2"),
    ("A549", "ปัสสาวะแสบ", "1"),
    ("A64", "ตกขาวผิดปกติ", "2"),
)
#: three-character parents of listed prefixes: the strictest class under them counts
BROAD_CODES = ("T74", "O98", "Z61")
BAD_CODES = ("ZZZ9", "E1", "X", "J06-9X", "??", "I1O")
FREE_TEXT_CODES = ("ไข้หวัด", "DM HT", "F/U", "ปวดหลัง", "no dx")

#: icd101 master: code -> (English, Thai)
ICD_NAMES: dict[str, tuple[str, str]] = {
    "J069": ("Acute upper respiratory infection, unspecified", "ติดเชื้อทางเดินหายใจส่วนบนเฉียบพลัน"),
    "J029": ("Acute pharyngitis, unspecified", "คออักเสบเฉียบพลัน"),
    "J209": ("Acute bronchitis, unspecified", "หลอดลมอักเสบเฉียบพลัน"),
    "A09": ("Infectious gastroenteritis and colitis, unspecified", "กระเพาะและลำไส้อักเสบติดเชื้อ"),
    "K30": ("Functional dyspepsia", "อาหารไม่ย่อย"),
    "K297": ("Gastritis, unspecified", "กระเพาะอาหารอักเสบ"),
    "N390": ("Urinary tract infection, site not specified", "ติดเชื้อทางเดินปัสสาวะ"),
    "M545": ("Low back pain", "ปวดหลังส่วนล่าง"),
    "M791": ("Myalgia", "ปวดกล้ามเนื้อ"),
    "R42": ("Dizziness and giddiness", "วิงเวียน"),
    "G442": ("Tension-type headache", "ปวดศีรษะจากความเครียด"),
    "L309": ("Dermatitis, unspecified", "ผิวหนังอักเสบ"),
    "H109": ("Conjunctivitis, unspecified", "เยื่อบุตาอักเสบ"),
    "K021": ("Caries of dentine", "ฟันผุถึงเนื้อฟัน"),
    "K051": ("Chronic gingivitis", "เหงือกอักเสบเรื้อรัง"),
    "S610": ("Open wound of finger(s) without damage to nail", "แผลเปิดที่นิ้วมือ"),
    "S800": ("Contusion of knee", "เข่าฟกช้ำ"),
    "S934": ("Sprain and strain of ankle", "ข้อเท้าแพลง"),
    "S060": ("Concussion", "สมองกระเทือน"),
    "T141": ("Open wound of unspecified body region", "แผลเปิด"),
    "W260": ("Contact with knife, sword or dagger", "สัมผัสมีด"),
    "W010": ("Fall on same level from slipping, home", "ลื่นล้มที่บ้าน"),
    "W189": ("Other fall on same level", "ล้มในระดับเดียวกัน"),
    "W540": ("Bitten or struck by dog, home", "สุนัขกัด"),
    "V284": ("Motorcycle rider injured in noncollision accident", "อุบัติเหตุรถจักรยานยนต์"),
    "R509": ("Fever, unspecified", "ไข้ไม่ทราบสาเหตุ"),
    "A90": ("Dengue fever", "ไข้เดงกี"),
    "J180": ("Bronchopneumonia, unspecified", "ปอดอักเสบ"),
    "Z001": ("Routine child health examination", "ตรวจสุขภาพเด็ก"),
    "Z340": ("Supervision of normal first pregnancy", "ฝากครรภ์แรก"),
    "Z321": ("Pregnancy confirmed", "ยืนยันการตั้งครรภ์"),
    "Z000": ("General medical examination", "ตรวจสุขภาพทั่วไป"),
    "H259": ("Senile cataract, unspecified", "ต้อกระจกในวัยชรา"),
    "N40": ("Hyperplasia of prostate", "ต่อมลูกหมากโต"),
    "E039": ("Hypothyroidism, unspecified", "ภาวะขาดไทรอยด์"),
    "D509": ("Iron deficiency anaemia, unspecified", "โลหิตจางจากการขาดธาตุเหล็ก"),
    "B351": ("Tinea unguium", "เชื้อราที่เล็บ"),
    "E119": ("Type 2 diabetes mellitus without complications", "เบาหวานชนิดที่ 2"),
    "I10": ("Essential (primary) hypertension", "ความดันโลหิตสูง"),
    "E785": ("Hyperlipidaemia, unspecified", "ไขมันในเลือดสูง"),
    "N183": ("Chronic kidney disease, stage 3", "โรคไตเรื้อรังระยะที่ 3"),
    "N184": ("Chronic kidney disease, stage 4", "โรคไตเรื้อรังระยะที่ 4"),
    "J449": ("Chronic obstructive pulmonary disease, unspecified", "ปอดอุดกั้นเรื้อรัง"),
    "J459": ("Asthma, unspecified", "หอบหืด"),
    "M109": ("Gout, unspecified", "เกาต์"),
    "B24": ("Unspecified human immunodeficiency virus disease", "โรคเอชไอวี"),
    "B20": ("HIV disease resulting in infectious diseases", "โรคเอชไอวีร่วมกับติดเชื้อ"),
    "F322": ("Severe depressive episode without psychotic symptoms", "ซึมเศร้ารุนแรง"),
    "F411": ("Generalized anxiety disorder", "วิตกกังวลทั่วไป"),
    "F200": ("Paranoid schizophrenia", "จิตเภทหวาดระแวง"),
    "F102": ("Alcohol dependence syndrome", "ติดสุรา"),
    "F152": ("Stimulant dependence syndrome", "ติดสารกระตุ้น"),
    "A510": ("Primary genital syphilis", "ซิฟิลิสระยะแรก"),
    "A549": ("Gonococcal infection, unspecified", "หนองใน"),
    "A64": ("Unspecified sexually transmitted disease", "โรคติดต่อทางเพศสัมพันธ์"),
    "T741": ("Physical abuse", "ถูกทำร้ายร่างกาย"),
    "T742": ("Sexual abuse", "ถูกล่วงละเมิดทางเพศ"),
    "Y070": ("Maltreatment by spouse or partner", "ถูกคู่สมรสทำร้าย"),
    "Z044": ("Examination following alleged rape", "ตรวจร่างกายกรณีถูกกล่าวหาข่มขืน"),
}
