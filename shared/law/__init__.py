"""The articles as pure functions: what Decree 761 asks of a flight and of a temporary control. Pure."""

from shared.law.exemptions import Exemption, exemption, voluntary
from shared.law.temporary import TemporaryControlRefused, check_temporary

__all__ = ["Exemption", "TemporaryControlRefused", "check_temporary", "exemption", "voluntary"]
