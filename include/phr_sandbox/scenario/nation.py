"""The national side as the oracle imagines it, with either answer to the open question of contract 3.4."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from phr_sandbox.scenario.documents import Block, Document, Kind, Shot
from phr_sandbox.scenario.view import SeenEncounter, View, VisitKey, shown_children

ChildKey = tuple[Kind, tuple[Any, ...]]


@dataclass
class _Held:
    """One encounter; ``order`` is the number of the call that wrote it last."""

    cid: str
    head: dict[str, Any]
    children: dict[ChildKey, tuple[Any, ...]]
    block: Block
    order: int


@dataclass
class Nation:
    """``merges``: a re-send keeps children that are no longer in the body."""

    merges: bool
    _held: dict[VisitKey, _Held] = field(default_factory=dict)
    registers: dict[tuple[str, str], frozenset[Shot]] = field(default_factory=dict)
    _calls: int = 0

    def send(self, hcode: str, document: Document) -> None:
        """``UpdatePHRv1``."""
        self._calls += 1
        key = (hcode, document.vn)
        children = {(child.kind, child.key): child.shown for child in document.children}
        if self.merges and key in self._held:
            children = self._held[key].children | children
        self._held[key] = _Held(document.cid, dict(document.head), children, document.block, self._calls)

    def remove(self, hcode: str, vn: str) -> None:
        """``RemoveEncounter``."""
        del self._held[hcode, vn]

    def holds(self, hcode: str, vn: str) -> frozenset[ChildKey]:
        """Keys of the children an encounter has; none when it is not there."""
        held = self._held.get((hcode, vn))
        return frozenset(held.children) if held else frozenset()

    def view(self) -> View:
        """What the read side shows."""
        view = View()
        for key, held in sorted(self._held.items(), key=lambda item: item[1].order):
            children: dict[Kind, set[tuple[tuple[Any, ...], tuple[Any, ...]]]] = {}
            for (kind, name), shown in held.children.items():
                children.setdefault(kind, set()).add(shown_children(kind, name, shown))
            rows = {kind: frozenset(found) for kind, found in children.items()}
            view.encounters[key] = SeenEncounter(held.cid, held.head, rows)
            view.phones[key[0], held.block.hn] = held.block.phone
        view.registers = {key: shots for key, shots in self.registers.items() if shots}
        return view
