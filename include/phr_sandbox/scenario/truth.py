"""What the HIS says in the end, without a word about how it got there."""

from __future__ import annotations

from collections.abc import Mapping

from phr_sandbox.scenario.documents import document_of, fate_of, register_of, usable_cid
from phr_sandbox.scenario.model import His
from phr_sandbox.scenario.nation import Nation
from phr_sandbox.scenario.outcome import Outcome
from phr_sandbox.scenario.view import View


def his_view(systems: Mapping[str, His]) -> View:
    """The national record as it would be if every eligible document of today were sent once, and no other."""
    nation = Nation(merges=False)
    for hcode, his in systems.items():
        for vn in sorted(his.visits, key=lambda vn: (his.visits[vn].day, vn)):
            visit = his.visits[vn]
            if visit.eligible and fate_of(his, visit) == "send":
                nation.send(hcode, document_of(his, visit))
        for cid in {cid for dose in his.doses.values() if usable_cid(cid := his.cid_of_dose(dose))}:
            nation.registers[hcode, cid or ""] = register_of(his, cid or "")
    return nation.view()


def reasons_by_ref(outcome: Outcome, names: Mapping[str, str]) -> dict[str, str]:
    """Why the national side may differ from the HIS, by the reference a difference prints."""
    found = {f"{hcode}:{vn}": reason for (hcode, vn), reason in outcome.visit_reasons.items()}
    registers = outcome.register_reasons.items()
    return found | {names.get(cid, f"{hcode}:somebody"): reason for (hcode, cid), reason in registers}
