"""Contacts are personal data: for those who keep or oversee the register, and for the site's own people."""

from dataclasses import replace
from typing import Any, Final

from shared.auth import Principal, Role
from shared.contracts.codec import Event
from shared.contracts.sites import SiteRegistered, SiteSpec, SiteStateChanged, SiteUpdated

_OVERSEERS: Final = frozenset({Role.PLANNER, Role.REGULATOR, Role.SERVICE})


def sees_contacts(caller: Principal, *own: str) -> bool:
    """Whether the caller may; `own` are the organisations that the site belongs to."""
    return bool(caller.roles & _OVERSEERS) or (caller.org != "" and caller.org in own)


def spec_for(spec: SiteSpec, caller: Principal) -> SiteSpec:
    """The spec as the caller may see it."""
    if not spec.contacts or sees_contacts(caller, spec.operator, spec.owner):
        return spec
    return replace(spec, contacts=())


def event_for(event: Event, caller: Principal) -> Event:
    """The event likewise."""
    if isinstance(event, SiteRegistered | SiteUpdated | SiteStateChanged):
        return replace(event, spec=spec_for(event.spec, caller))
    return event


def told_to(told: dict[str, Any], caller: Principal) -> dict[str, Any]:
    """An event as it was recorded, likewise."""
    spec = told.get("spec") or {}
    if not spec.get("contacts") or sees_contacts(caller, spec.get("operator", ""), spec.get("owner", "")):
        return told
    return {**told, "spec": {**spec, "contacts": []}}
