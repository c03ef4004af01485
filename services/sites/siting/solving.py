"""Each model by its name."""

from services.sites.siting.answer import Answer
from services.sites.siting.budget import Budget
from services.sites.siting.instance import Instance
from services.sites.siting.lscp import lscp
from services.sites.siting.mclp import mclp
from services.sites.siting.models import Model
from services.sites.siting.p_median import p_median


def solve(model: Model, instance: Instance, budget: Budget) -> Answer:
    """The model's answer to the instance, within the budget. Raises InvalidInstance, Infeasible."""
    match model:
        case Model.MCLP:
            return mclp(instance, budget)
        case Model.LSCP:
            return lscp(instance, budget)
        case Model.P_MEDIAN:
            return p_median(instance, budget)
