"""What a site is made of, who answers for it, and by which papers: values of `SiteSpec`."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated

from annotated_types import Len, Predicate

from shared.values import Name, is_printable

Short = Annotated[str, Len(0, 100), Predicate(is_printable)]
Long = Annotated[str, Len(0, 500), Predicate(is_printable)]


class Surface(StrEnum):
    """What aircraft touch down on."""

    CONCRETE = "concrete"  # 混凝土
    ASPHALT = "asphalt"  # 沥青
    STEEL = "steel"  # 钢结构
    GRASS = "grass"  # 草地
    GRAVEL = "gravel"  # 碎石
    WATER = "water"  # 水面
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom to call about a site. Personal data: only for those who keep or oversee the register, and its own people."""

    name: Name
    role: Short = ""
    phone: Short = ""
    email: Short = ""


class DocumentKind(StrEnum):
    """What a paper is."""

    APPROVAL = "approval"  # 批复
    LAND = "land"  # 用地
    FEASIBILITY = "feasibility"  # 可行性研究
    ENVIRONMENT = "environment"  # 环境影响评价
    ACCEPTANCE = "acceptance"  # 验收
    AGREEMENT = "agreement"  # 协议
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A paper on a site: `reference` is its number, or the address where it lies."""

    name: Name
    kind: DocumentKind = DocumentKind.OTHER
    reference: Long = ""
    dated_on: date | None = None


class FeasibilityAspect(StrEnum):
    """Under which aspect a site was looked at."""

    ECONOMIC = "economic"  # 经济
    TECHNICAL = "technical"  # 技术
    ENVIRONMENTAL = "environmental"  # 环境


class FeasibilityResult(StrEnum):
    """What was found."""

    FEASIBLE = "feasible"  # 可行
    CONDITIONAL = "conditional"  # 有条件可行
    INFEASIBLE = "infeasible"  # 不可行


@dataclass(frozen=True, slots=True, kw_only=True)
class Feasibility:
    """One finding on whether a site can be: under which aspect, by whom, on which day, and what."""

    aspect: FeasibilityAspect
    result: FeasibilityResult
    assessed_by: Name
    assessed_on: date
    note: Long = ""
