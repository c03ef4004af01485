"""The articles as pure functions: what Decree 761 asks of a flight. Pure."""

from shared.law.exemptions import Exemption, exemption, voluntary

__all__ = ["Exemption", "exemption", "voluntary"]
