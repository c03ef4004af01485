"""The models by name; light, so that the command can offer them before it loads what solves them."""

from enum import StrEnum


class Model(StrEnum):
    """The three models."""

    MCLP = "mclp"
    LSCP = "lscp"
    P_MEDIAN = "p_median"

    @property
    def maximises(self) -> bool:
        """True where more is better, so that the bound lies above the objective."""
        return self is Model.MCLP
