"""Reads ``hospitals.yaml``: one broken entry stops one hospital, never the others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from phr import faults
from phr.errors import StopHospital
from phr.settings.hospitals import BrokenHospital, Province, first_mistakes

if TYPE_CHECKING:
    from yaml import SafeLoader as _SafeLoader
else:  # the parser in C, where the package has it: five hundred hospitals take a second without
    _SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _TwiceError(yaml.constructor.ConstructorError):
    """A key stands twice in one mapping: YAML would silently keep the last."""


class _Loader(_SafeLoader):
    """YAML without surprises: no key twice; dates and clock times stay text until their field is known."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise _TwiceError(None, None, None, key.start_mark)
                seen.add(key.value)
        return super().construct_mapping(node, deep)


_INT = "tag:yaml.org,2002:int"
# YAML 1.1 takes 22:00 for a number of base 60 and 010 for an octal one
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]*)$")
_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, _DECIMAL if tag == _INT else pattern)
        for tag, pattern in resolvers
        if tag != "tag:yaml.org,2002:timestamp"
    ]
    for first, resolvers in _SafeLoader.yaml_implicit_resolvers.items()
}


def load_province(path: Path) -> Province:
    """Read ``hospitals.yaml``; an entry with a usable code that cannot take part is kept aside as *broken*.

    Aside are settings that are not valid, two hospitals with one ``hcode9`` (PHR-101) and, outside the
    sandbox, an enabled hospital without processor agreement or data protection officer (PHR-107, RT8).

    :raises StopHospital: PHR-101 when the file as a whole cannot be used (not YAML, a mistake outside the
        entries, an entry without a usable code, a code twice), with the place and the reason of the first
        mistakes; values are not echoed.
    """
    text = ""
    try:
        text = path.read_text(encoding="utf-8")
        raw = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except (OSError, UnicodeDecodeError) as error:
        raise StopHospital(faults.CONFIG_MALFORMED, detail=f"{path.name}: {type(error).__name__}") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        # what is missing at the end is reported on the line after it
        where = f" line {min(mark.line + 1, len(text.splitlines()))}" if mark else ""
        reason = "a key is written twice" if isinstance(error, _TwiceError) else "not valid YAML"
        raise StopHospital(faults.CONFIG_MALFORMED, detail=f"{path.name}{where}: {reason}") from None
    broken: dict[int, BrokenHospital] = {}
    try:
        province = Province.model_validate(raw)
    except ValidationError as error:
        broken = _broken_entries(raw, error, path.name)
        codes = Counter(entry["hcode"] for entry in raw["hospitals"])
        twice = next((code for code, times in codes.items() if times > 1), None)
        if twice:
            detail = f"{path.name}: hospital {twice} is listed twice"
            raise StopHospital(faults.CONFIG_MALFORMED, detail=detail) from None
        usable = [entry for number, entry in enumerate(raw["hospitals"]) if number not in broken]
        province = Province.model_validate({**raw, "hospitals": usable})
    aside = {entry.hcode: entry for entry in [*broken.values(), *_not_taking_part(province, path.name)]}
    if not aside:
        return province
    kept = tuple(hospital for hospital in province.hospitals if hospital.hcode not in aside)
    province = province.model_copy(update={"hospitals": kept})
    order = [entry["hcode"] for entry in raw["hospitals"]]
    province._broken = tuple(sorted(aside.values(), key=lambda entry: order.index(entry.hcode)))
    return province


def _not_taking_part(province: Province, file: str) -> Iterator[BrokenHospital]:
    """Valid entries that cannot be used beside the others, or not in this environment."""
    aliases = Counter(hospital.hcode9 for hospital in province.hospitals if hospital.hcode9)
    for hospital in province.hospitals:
        if hospital.hcode9 and aliases[hospital.hcode9] > 1:
            mistake = f"{file}: hcode9: another hospital has the same one"
            yield BrokenHospital(hospital.hcode, (mistake,), hospital.enabled)
        elif hospital.enabled and hospital.missing_controls and province.endpoint.environment != "sandbox":
            missing = tuple(f"{file}: {name}: missing" for name in hospital.missing_controls)
            yield BrokenHospital(hospital.hcode, missing, fault=faults.CONTROLS_MISSING)


def _broken_entries(raw: Any, error: ValidationError, file: str) -> dict[int, BrokenHospital]:
    """Broken hospitals by place in the file; raises PHR-101 when a mistake concerns the whole file."""
    whole_file: list[str] = []
    mistakes: dict[int, list[str]] = {}
    for item in error.errors():
        place = item["loc"]
        number = place[1] if len(place) > 2 and place[0] == "hospitals" else None
        if isinstance(number, int) and _usable_code(raw["hospitals"][number].get("hcode")):
            mistakes.setdefault(number, []).append(f"{file}: {_field(item, place[2:])}")
        else:
            whole_file.append(_explain(raw, item))
    if whole_file:
        raise StopHospital(faults.CONFIG_MALFORMED, detail=f"{file}: {first_mistakes(whole_file)}") from None
    entries = raw["hospitals"]
    return {
        number: BrokenHospital(
            entries[number]["hcode"], tuple(found), entries[number].get("enabled") is not False
        )
        for number, found in mistakes.items()
    }


def _usable_code(code: object) -> bool:
    return isinstance(code, str) and re.fullmatch(r"[0-9]{5}", code) is not None


def _hospital_name(entry: object, number: int) -> str:
    """By code when it is one; else by place in the file, so that no mistyped value is shown."""
    code = str(entry.get("hcode")) if isinstance(entry, dict) else ""
    return f"hospital {code}" if _usable_code(code) else f"hospital number {number + 1} in the file"


def _explain(raw: Any, item: ErrorDetails) -> str:
    place = item["loc"]
    if len(place) > 1 and place[0] == "hospitals" and isinstance(place[1], int):
        return f"{_hospital_name(raw['hospitals'][place[1]], place[1])}, {_field(item, place[2:])}"
    return _field(item, place)


def _field(item: ErrorDetails, place: tuple[int | str, ...]) -> str:
    return f"{'.'.join(map(str, place)) or 'file'}: {item['msg']}"
