"""Catalogue of numbered failures. A number is never re-used; a retired one stays as a comment.

1xx configuration · 2xx hospital source · 3xx one document's data · 4xx national API · 5xx ledger · 9xx bugs
"""

from __future__ import annotations

from phr.errors import Fault

# -- 1xx configuration ---------------------------------------------------------------------------
CONFIG_MALFORMED = Fault(
    "PHR-101",
    "ไฟล์ตั้งค่าไม่ถูกต้อง",
    "the configuration is malformed",
    "แก้ค่าที่ระบุไว้แล้วสั่ง 'phr config check' อีกครั้ง",
    "correct the named setting, then run 'phr config check'",
)
UNKNOWN_HOSPITAL = Fault(
    "PHR-102",
    "ไม่รู้จักรหัสโรงพยาบาลนี้",
    "unknown hospital code",
    "ตรวจรหัส 5 หลักใน hospitals.yaml หรือเพิ่มโรงพยาบาลนี้ก่อน",
    "check the 5-digit code against hospitals.yaml, or add the hospital first",
)
CONNECTION_MISSING = Fault(
    "PHR-103",
    "ยังไม่ได้ตั้งค่าการเชื่อมต่อ",
    "a connection is not defined",
    "สร้าง connection ตามชื่อที่ระบุใน Airflow (Admin > Connections) หรือในไฟล์ connections.json",
    "create the named connection in Airflow (Admin > Connections) or in connections.json",
)
HOSPITAL_MISMATCH = Fault(
    "PHR-104",
    "รหัสโรงพยาบาลไม่ตรงกัน จึงไม่ส่ง",
    "hospital codes disagree, nothing was sent",
    "ตรวจว่ารหัสในฐานข้อมูล HIS ในบัญชีผู้ใช้ และใน hospitals.yaml เป็นรหัสเดียวกัน",
    "make the codes in the HIS, the credential and hospitals.yaml agree",
)
ENVIRONMENT_MISMATCH = Fault(
    "PHR-105",
    "ปลายทางกับสภาพแวดล้อม (จริง/ทดสอบ) ไม่ตรงกัน",
    "endpoint and environment do not match",
    "ใช้ที่อยู่และบัญชีของสภาพแวดล้อมเดียวกัน (production, uat หรือ sandbox)",
    "use address and credentials of the same environment (production, uat or sandbox)",
)
POLICY_MISSING = Fault(
    "PHR-106",
    "ไม่พบนโยบายชั้นข้อมูล จึงไม่ส่งอะไรเลย",
    "the data-class policy is missing, nothing is sent",
    "วางไฟล์นโยบายกลับที่เดิมแล้วสั่งใหม่",
    "put the policy file back, then run again",
)
CONTROLS_MISSING = Fault(
    "PHR-107",
    "ยังไม่มีข้อตกลงประมวลผลข้อมูลหรือเจ้าหน้าที่คุ้มครองข้อมูล จึงยังเข้าร่วมไม่ได้",
    "no processor agreement or data protection officer: the hospital cannot take part",
    "ใส่ processor_agreement และ dpo_contact ใน hospitals.yaml ระหว่างรอให้ตั้ง enabled: false",
    "enter processor_agreement and dpo_contact in hospitals.yaml; until then set enabled: false",
)
HOSPITAL_PAUSED = Fault(
    "PHR-108",
    "โรงพยาบาลนี้ถูกหยุดไว้ชั่วคราว",
    "the hospital is paused",
    "เมื่อเหตุผลนั้นหมดไป ให้ลบ paused ใน hospitals.yaml รอบถัดไปจะอ่านย้อนหลังให้",
    "remove `paused` in hospitals.yaml when its reason is gone; the look-back of the next run covers the gap",
)
HOSPITAL_MAINTENANCE = Fault(
    "PHR-109",
    "อยู่ในช่วงบำรุงรักษาของโรงพยาบาลนี้ จึงไม่อ่านฐานข้อมูล",
    "the hospital is in its maintenance window, its database is not read",
    "สั่งใหม่หลังช่วงนั้น หากจำเป็นต้องอ่านตอนนี้ให้เลือก ignore_maintenance (--ignore-maintenance)",
    "run again after the window, or choose ignore_maintenance (--ignore-maintenance) if it must be now",
)

# -- 2xx hospital source -------------------------------------------------------------------------
SOURCE_UNREACHABLE = Fault(
    "PHR-201",
    "ติดต่อฐานข้อมูลสำเนาของโรงพยาบาลไม่ได้",
    "the hospital's replica cannot be reached",
    "ตรวจเครื่อง เครือข่าย และพอร์ตของฐานข้อมูลสำเนา แล้วสั่งใหม่",
    "check host, network and port of the replica, then run again",
)
SOURCE_LOGIN = Fault(
    "PHR-202",
    "ฐานข้อมูลของโรงพยาบาลปฏิเสธชื่อผู้ใช้หรือรหัสผ่าน",
    "the hospital's database refused the login",
    "ตรวจชื่อผู้ใช้ รหัสผ่าน และสิทธิอ่านใน connection ของโรงพยาบาลนี้",
    "check login, password and read rights in this hospital's connection",
)
SOURCE_TABLE_MISSING = Fault(
    "PHR-203",
    "ไม่พบตารางที่ต้องใช้ใน HIS",
    "a table the product needs is missing in the HIS",
    "ตรวจว่าสำเนามีตารางนี้และบัญชีอ่านได้ หรือเลือกชนิด HIS ให้ตรง",
    "make sure the replica has the table and the account may read it, or correct the HIS kind",
)
SOURCE_COLUMN_MISSING = Fault(
    "PHR-204",
    "ไม่พบคอลัมน์ที่ต้องใช้ใน HIS",
    "a column the product needs is missing in the HIS",
    "ตรวจรุ่นของ HIS หลังปรับรุ่น และแจ้งผู้ดูแลระบบนี้พร้อมชื่อคอลัมน์",
    "check whether the HIS was upgraded and report the column to the maintainers",
)
SOURCE_CHARSET = Fault(
    "PHR-205",
    "อ่านภาษาไทยจาก HIS ไม่ได้ (ชุดอักขระไม่ตรง)",
    "Thai text cannot be read from the HIS (wrong charset)",
    "ตั้งค่า charset ของ connection ให้ตรงกับฐานข้อมูล (tis620 หรือ utf8mb4)",
    "set the charset of the connection to the one of the database (tis620 or utf8mb4)",
)
SUSPECT_EMPTY = Fault(
    "PHR-206",
    "ไม่มีผู้รับบริการ (หรือไม่มีผลการรับบริการ) ในวันที่ควรมี จึงยังไม่ถือว่าเป็นวันว่าง",
    "no finished visits on a day that should have some (suspect_empty)",
    "ตรวจว่าสำเนาข้อมูลเป็นปัจจุบันและบันทึกผลการรับบริการแล้ว หากเป็นวันหยุดจริงให้ใส่วันใน closed_days",
    "check that the replica is up to date and outcomes are recorded; if closed, list the day in closed_days",
)
SOURCE_CLOCK = Fault(
    "PHR-207",
    "นาฬิกาของเครื่องฐานข้อมูลโรงพยาบาลคลาดเคลื่อนมาก",
    "the clock of the hospital's database server is far off",
    "ตั้งเวลาเครื่องฐานข้อมูลให้ตรง (NTP) แล้วสั่งใหม่",
    "set the clock of the database server (NTP), then run again",
)
SOURCE_QUERY = Fault(
    "PHR-208",
    "คำสั่งอ่านข้อมูลจาก HIS ล้มเหลว",
    "a read from the HIS failed",
    "ดูชนิดข้อผิดพลาดที่ระบุ ลองใหม่ หากซ้ำให้แจ้งผู้ดูแลระบบ",
    "look at the named error class, try again, report it when it repeats",
)
SOURCE_WRITABLE = Fault(
    "PHR-209",
    "บัญชีที่ใช้อ่าน HIS มีสิทธิเขียน",
    "the account used to read the HIS may write",
    "ขอบัญชีที่มีสิทธิ SELECT อย่างเดียวจากผู้ดูแล HIS",
    "ask the HIS administrator for an account with SELECT only",
)
SOURCE_WRONG_HOSPITAL = Fault(
    "PHR-210",
    "ฐานข้อมูลนี้เป็นของโรงพยาบาลอื่น",
    "this database belongs to another hospital",
    "ตรวจ connection ของโรงพยาบาลนี้ว่าไม่ได้ชี้ไปที่ฐานข้อมูลของแห่งอื่น",
    "check that this hospital's connection does not point to another hospital's database",
)
SOURCE_DATABASE_MISSING = Fault(
    "PHR-211",
    "ไม่มีฐานข้อมูล (schema) ชื่อนี้บนเครื่องสำเนา",
    "the database (schema) named in the connection does not exist",
    "ตรวจชื่อฐานข้อมูล (schema) ใน connection ของโรงพยาบาลนี้",
    "check the schema name in this hospital's connection",
)

SOURCE_KIND = Fault(
    "PHR-212",
    "HIS ชนิดนี้ยังอ่านข้อมูลหมวดนี้ไม่ได้",
    "this kind of HIS has no source for the category",
    "ปิดหมวดนี้ของโรงพยาบาลใน hospitals.yaml หรือแจ้งผู้ดูแลระบบให้เพิ่ม",
    "switch the category off for this hospital in hospitals.yaml, or ask the maintainers to add it",
)

SOURCE_SNAPSHOT = Fault(
    "PHR-213",
    "ฐานข้อมูล SQL Server ยังไม่อนุญาตให้อ่านข้อมูล ณ เวลาเดียวกัน (snapshot isolation) จึงไม่อ่าน",
    "the SQL Server database does not allow snapshot isolation, so nothing is read",
    "ให้ผู้ดูแลสั่ง ALTER DATABASE ชื่อฐานข้อมูล SET ALLOW_SNAPSHOT_ISOLATION ON ที่เครื่องสำเนา แล้วสั่งใหม่",
    "have ALTER DATABASE name SET ALLOW_SNAPSHOT_ISOLATION ON run on the replica, then run again",
)

# -- 22x the exported 43 files --------------------------------------------------------------------
EXPORT_ABSENT = Fault(
    "PHR-221",
    "ไม่พบแฟ้มส่งออก 43 แฟ้มตามที่ตั้งไว้ หรือไม่มีสิทธิอ่าน",
    "the exported 43 files are not where the connection says, or may not be read",
    "ตรวจที่อยู่ใน connection (files43:///ที่อยู่เต็ม) สิทธิอ่าน และว่าวางแฟ้มส่งออกแล้ว",
    "check the path in the connection (files43:///full/path), the read rights, and that the export is there",
)
EXPORT_FILE_MISSING = Fault(
    "PHR-222",
    "ชุดส่งออก 43 แฟ้มขาดแฟ้มที่ต้องใช้",
    "a file the product needs is missing in the 43-file export",
    "ส่งออกใหม่ให้มีแฟ้มนี้ หากไม่มีข้อมูลให้มีแฟ้มที่มีแต่บรรทัดหัวคอลัมน์",
    "export again with this file; when there is nothing to tell, with its header line alone",
)
EXPORT_DAMAGED = Fault(
    "PHR-223",
    "แฟ้มส่งออก 43 แฟ้มเสียหาย ไม่ครบ หรือกำลังถูกเขียนอยู่",
    "a file of the 43-file export is damaged, cut short or still being written",
    "คัดลอกหรือส่งออกแฟ้มนี้ใหม่ให้ครบก่อน แล้วสั่งใหม่ ไม่ใช้ zip ที่ตั้งรหัสผ่าน",
    "copy or export the file again until it is whole, then run again; no zip with a password",
)
EXPORT_EMPTY = Fault(
    "PHR-224",
    "แฟ้มส่งออก 43 แฟ้มว่างเปล่า",
    "a file of the 43-file export is empty",
    "ส่งออกใหม่และตรวจช่วงวันที่เลือก แฟ้มต้องมีบรรทัดหัวคอลัมน์ และ PERSON กับ SERVICE ต้องมีข้อมูล",
    "export again and check the chosen days: a file has a header line, PERSON and SERVICE have rows too",
)
EXPORT_CHARSET = Fault(
    "PHR-225",
    "อ่านชุดอักขระของแฟ้มส่งออก 43 แฟ้มไม่ได้",
    "the charset of a file of the 43-file export cannot be read",
    "ส่งออกแฟ้มนี้เป็น UTF-8 (หรือ TIS-620) แล้วสั่งใหม่ ไม่เปิดแฟ้มแล้วบันทึกทับด้วยโปรแกรมอื่น",
    "export the file as UTF-8 (or TIS-620), then run again; do not open and save it with another program",
)
EXPORT_LINES = Fault(
    "PHR-226",
    "แฟ้มส่งออก 43 แฟ้มมีบรรทัดที่บอกไม่ได้ว่าเป็นของใคร หรือไม่มีหัวคอลัมน์",
    "a file of the 43-file export has no header, or lines that do not say whose they are",
    "ส่งออกแฟ้มนี้ใหม่โดยมีบรรทัดหัวคอลัมน์และคั่นด้วยเครื่องหมาย |",
    "export the file again, with its header line and fields separated by |",
)
EXPORT_NOT_FULL = Fault(
    "PHR-227",
    "ยังไม่แน่ว่าแฟ้มของทะเบียน (EPI, DRUGALLERGY, CHRONIC) มีครบทุกรายการของทุกคน จึงไม่ส่งทะเบียนนั้น "
    "(รายการที่ขาดอาจถูกลบที่ส่วนกลาง)",
    "the file of a register (EPI, DRUGALLERGY, CHRONIC) is not known to hold every row of every person: none "
    "is sent, since what is missing might be deleted nationally",
    "หากส่งออกแฟ้มนั้นครบทุกคนทุกปีเสมอ ให้ตั้งค่าที่ระบุเป็น true มิฉะนั้นให้ปิดหมวดนั้นของแห่งนี้ หากมีบรรทัดไม่ครบ ให้ส่งออกแฟ้มใหม่",
    "if that file is always exported whole, set the named setting to true; else switch its category off; "
    "where lines are broken, export the file again",
)

# -- 3xx data of one document --------------------------------------------------------------------
DOCUMENT_INCOMPLETE = Fault(
    "PHR-331",
    "ข้อมูลที่ระบบกลางบังคับไม่ครบ จึงสร้างเอกสารไม่ได้",
    "a field the national side requires is missing, the document cannot be built",
    "เติมข้อมูลที่ระบุใน HIS ระบบจะส่งเองในรอบถัดไป",
    "complete the named field in the HIS; the document goes in the next run",
)
REGISTER_EMPTY = Fault(
    "PHR-332",
    "ไม่มีรายการใดในทะเบียนของบุคคลที่ส่งได้ จึงไม่สร้างทะเบียน (รายการว่างจะลบของเดิมที่ส่วนกลาง)",
    "no entry of the register can be sent; an empty list would delete what the national side holds",
    "แก้แถวที่อยู่ในรายการต้องแก้ หรือไม่ต้องทำอะไรหากวัคซีนทั้งหมดให้ที่อื่น",
    "mend the rows on the work list; nothing to do when all doses were given elsewhere",
)

# -- 4xx national API ----------------------------------------------------------------------------
API_UNREACHABLE = Fault(
    "PHR-401",
    "ติดต่อระบบกลาง (หมอพร้อม) ไม่ได้",
    "the national API cannot be reached",
    "ไม่ต้องแก้ข้อมูล ระบบจะส่งต่อเองเมื่อปลายทางกลับมา",
    "nothing to mend; the documents stay pending and go on when the endpoint is back",
)
API_LOGIN = Fault(
    "PHR-402",
    "ระบบกลางปฏิเสธบัญชีของโรงพยาบาลนี้",
    "the national token service refused this hospital's account",
    "ตรวจชื่อผู้ใช้และรหัสผ่านใน connection moph_prompt_<รหัส>; ระบบลองเพียงครั้งเดียวเพื่อไม่ให้บัญชีถูกล็อก",
    "check login and password of connection moph_prompt_<hcode>; it was tried only once, to save the account",
)
API_TOKEN = Fault(
    "PHR-403",
    "ระบบกลางไม่รับโทเคนแม้ขอใหม่แล้ว",
    "the national API refused a fresh token",
    "ตรวจสิทธิ MOPH_PHR_HIE ของบัญชีนี้กับส่วนกลาง",
    "check with the centre that the account has the right MOPH_PHR_HIE",
)
API_OUTAGE = Fault(
    "PHR-404",
    "ระบบกลางขัดข้องต่อเนื่อง จึงหยุดส่งชั่วคราว",
    "the national API keeps failing, delivery is paused",
    "เอกสารยังค้างอยู่ครบ ระบบจะส่งต่อในรอบถัดไป",
    "the documents stay pending and go on in the next run",
)
API_NOT_IMPLEMENTED = Fault(
    "PHR-405",
    "ปลายทางไม่มีบริการนี้ (501)",
    "the endpoint does not implement this call (501)",
    "ตรวจที่อยู่ปลายทางและรุ่นของ API",
    "check the address and the version of the API",
)
API_TLS = Fault(
    "PHR-406",
    "ใบรับรอง TLS ของปลายทางไม่ผ่านการตรวจ",
    "the endpoint's TLS certificate does not verify",
    "ติดตั้งใบรับรอง (ca_file) ของสภาพแวดล้อมนั้น ห้ามปิดการตรวจ",
    "install the CA file of that environment (ca_file); verification cannot be switched off",
)
API_TOKEN_SERVICE = Fault(
    "PHR-407",
    "บริการออกโทเคนตอบผิดรูปแบบหรือขัดข้อง",
    "the token service failed or answered something else than a token",
    "ตรวจที่อยู่ token_url และการอนุญาต IP แล้วรอรอบถัดไป",
    "check token_url and the IP allow-list, then wait for the next run",
)
PORT_IN_USE = Fault(
    "PHR-408",
    "เปิดระบบกลางจำลองไม่ได้ (พอร์ตหรือที่เก็บถูกใช้อยู่)",
    "the national API double cannot start (port or store in use)",
    "ปิดโปรแกรมที่ใช้พอร์ตนั้น หรือกำหนด PHR_NATIONAL_PORT เป็นพอร์ตอื่น",
    "stop what uses the port, or set PHR_NATIONAL_PORT to another one",
)

API_LIMIT = Fault(
    "PHR-409",
    "ส่งถี่เกินที่ระบบกลางกำหนด",
    "the national API's call limit is reached",
    "ลด calls_per_minute ใน hospitals.yaml และตรวจว่าไม่มีเครื่องอื่นส่งพร้อมกัน เอกสารที่ค้างจะไปในรอบถัดไป",
    "lower calls_per_minute in hospitals.yaml and see that no other machine sends; what waits goes next run",
)

# -- 5xx ledger, staging, keys -------------------------------------------------------------------
STAGING_MISSING = Fault(
    "PHR-501",
    "ไม่พบข้อมูลพักของรอบนี้",
    "the staging of this run is missing",
    "สั่งขั้นก่อนหน้า (extract) ของรอบนี้ใหม่",
    "clear the earlier task (extract) of this run",
)
STAGING_UNREADABLE = Fault(
    "PHR-502",
    "ถอดรหัสข้อมูลพักไม่ได้",
    "a staging file cannot be decrypted",
    "ตรวจว่ากุญแจใน PHR_HOME/keys เป็นชุดเดียวกับตอนเขียน แล้วสั่ง extract ใหม่",
    "check that PHR_HOME/keys holds the key the file names, or clear extract",
)
LEDGER_NOT_MIGRATED = Fault(
    "PHR-503",
    "ฐานข้อมูลบัญชี (ledger) ยังไม่ได้ปรับรุ่น",
    "the ledger has not been migrated",
    "สั่ง 'phr ledger upgrade' หนึ่งครั้ง",
    "run 'phr ledger upgrade' once",
)
UNBALANCED = Fault(
    "PHR-504",
    "สมการตรวจนับไม่ลงตัว มีข้อมูลหายหรือเกินระหว่างทาง",
    "an equation does not balance: something was lost or invented on the way",
    "สั่ง 'phr balance' ดูวันที่ผิด แล้วสั่งรอบนั้นใหม่ หากยังผิดให้แจ้งผู้ดูแลทันที",
    "run 'phr balance' to see the day, clear the run; if it stays, report it at once",
)
RUN_INCOMPLETE = Fault(
    "PHR-505",
    "มีโรงพยาบาลที่ทำไม่สำเร็จหรือไม่มีผลในรอบนี้",
    "a hospital failed or is missing in this run",
    "ดูข้อความของโรงพยาบาลที่ระบุ แก้แล้วสั่งเฉพาะแห่งนั้นใหม่",
    "read the message of the named hospital, mend it, clear that hospital alone",
)

KEYRING_MISSING = Fault(
    "PHR-506",
    "พวงกุญแจหายไปทั้งที่บัญชีมีเอกสารแล้ว จึงไม่ทำต่อ",
    "the key ring is gone although the ledger knows documents",
    "นำ keyring.json กลับมาจากข้อมูลสำรอง หากหายจริงทุกเอกสารจะถูกมองว่าเปลี่ยนและส่งใหม่ทั้งหมด",
    "restore keyring.json from the backup; without it every document would look changed and go again",
)

APPROVAL_CLOSED = Fault(
    "PHR-507",
    "คำขออนุมัตินี้ตัดสินไม่ได้แล้ว",
    "this approval can no longer be decided",
    "สั่ง 'phr approvals list' ดูคำขอปัจจุบัน แล้วตรวจรายการใหม่ก่อนอนุมัติ",
    "run 'phr approvals list' for the present question and look at its items again before you approve",
)

DESTRUCTIVE_REFUSED = Fault(
    "PHR-508",
    "ระบบไม่ยอมส่งคำสั่งที่อาจลบข้อมูลเกินที่ตั้งใจ",
    "a call that could delete more than is meant was refused",
    "ไม่มีอะไรถูกส่ง แจ้งผู้ดูแลระบบพร้อมรหัสนี้",
    "nothing was sent; report it to the maintainers with this code",
)

# -- 9xx bugs ------------------------------------------------------------------------------------
UNEXPECTED = Fault(
    "PHR-901",
    "เกิดข้อผิดพลาดที่ไม่คาดไว้ในโปรแกรม",
    "an unexpected error in the program",
    "แจ้งผู้ดูแลระบบพร้อมรหัสนี้และเวลาที่เกิด",
    "report this code with the time it happened to the maintainers",
)

FAULTS: dict[str, Fault] = {f.code: f for f in list(vars().values()) if isinstance(f, Fault)}
