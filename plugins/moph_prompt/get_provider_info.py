"""What Airflow asks an installed provider: its parts and the form of its connection type."""

from __future__ import annotations

from typing import Any


def get_provider_info() -> dict[str, Any]:
    """Entry point ``apache_airflow_provider``; the schema is Airflow's ``provider.yaml.schema.json``."""
    return {
        "package-name": "moph-prompt",
        "name": "MOPH-PROMPT (หมอพร้อม)",
        "description": "Delivers hospital records to the national PHR of Thailand and proves what arrived.",
        "hooks": [{"integration-name": "MOPH-PROMPT", "python-modules": ["moph_prompt.hooks"]}],
        "operators": [{"integration-name": "MOPH-PROMPT", "python-modules": ["moph_prompt.operators"]}],
        "connection-types": [
            {
                "connection-type": "moph_prompt",
                "hook-class-name": "moph_prompt.hooks.MophPromptHook",
                "hook-name": "MOPH-PROMPT (หมอพร้อม)",
                "ui-field-behaviour": _STANDARD_FIELDS,
                "conn-fields": _EXTRA_FIELDS,
            }
        ],
    }


_STANDARD_FIELDS: dict[str, Any] = {
    "hidden-fields": ["schema", "port"],
    "relabeling": {
        "host": "ที่อยู่ API / Base URL",
        "login": "ชื่อผู้ใช้ / User",
        "password": "รหัสผ่าน / Password",
    },
    "placeholders": {
        "host": "https://phr1.moph.go.th (เฉพาะ connection moph_prompt / endpoint connection only)",
        "login": "เฉพาะ connection moph_prompt_<รหัส 5 หลัก> / credentials only",
    },
}


def _field(label: str, description: str, **schema: Any) -> dict[str, Any]:
    return {"label": label, "description": description, "schema": schema}


_EXTRA_FIELDS: dict[str, Any] = {
    "environment": _field(
        "สภาพแวดล้อม / Environment",
        "ต้องกรอก และต้องตรงกับที่อยู่ API และ hospitals.yaml มิฉะนั้นระบบไม่ส่ง "
        "/ required; must agree with the base URL and hospitals.yaml, or nothing is sent",
        type=["string", "null"],
        enum=["production", "uat", "sandbox"],
    ),
    "token_url": _field(
        "ที่อยู่ขอโทเคน / Token URL",
        "MOPH Account Center เช่น https://cvp1.moph.go.th/token",
        type=["string", "null"],
    ),
    "hmac_secret": _field(
        "กุญแจ HMAC ของบริการโทเคน / Token service HMAC key",
        "ค่าคงที่ที่ส่วนกลางแจ้งให้ ใช้แปลงรหัสผ่านก่อนส่ง "
        "/ the constant the centre hands out; passwords are hashed with it",
        type=["string", "null"],
        format="password",
    ),
    "ca_file": _field(
        "ไฟล์ใบรับรอง CA / CA file",
        "สำหรับปลายทางที่ใช้ใบรับรองของตนเอง (UAT) การตรวจใบรับรองปิดไม่ได้ "
        "/ for an endpoint with its own certificate (UAT); verification cannot be switched off",
        type=["string", "null"],
    ),
    "hospital_code": _field(
        "รหัสโรงพยาบาล / Hospital code",
        "เฉพาะ connection moph_prompt_<รหัส>: รหัส 5 หลักที่บัญชีนี้ส่งแทนได้ "
        "/ credential connections only: the 5-digit code this account sends for",
        type=["string", "null"],
        pattern="^[0-9]{5}$",
    ),
    "hcode_token": _field(
        "โทเคนคงที่ 1 ปี / Fixed one-year token",
        "เฉพาะ connection moph_prompt_<รหัส>: ใช้แทนชื่อผู้ใช้และรหัสผ่านได้ "
        "/ credential connections only: instead of user and password",
        type=["string", "null"],
        format="password",
    ),
}

#: keys the Extra of a ``moph_prompt`` connection may hold; anything else is a typing mistake and refused
EXTRA_KEYS = frozenset(_EXTRA_FIELDS)
