"""What differs from one installation to the next: read from the environment once, by the composition root."""

from enum import StrEnum
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Profile(StrEnum):
    """What an installation is for. Only demo and test may hand out their own tokens."""

    PRODUCTION = "production"
    DEMO = "demo"
    TEST = "test"

    @property
    def issues_tokens(self) -> bool:
        """True where the local issuer and `POST /token` exist."""
        return self is not Profile.PRODUCTION


class Settings(BaseSettings):
    """The environment of a process. Names are the fields' in capitals: `DATABASE_URL`, `BUS_URL`, `PROFILE`, ..."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    database_url: str
    bus_url: str = "log://"  # log:// (embedded) or kafka://host:port
    profile: Profile = Profile.PRODUCTION
    city_dir: Path = Path("city/wuhan")
    terrain: Path | None = None  # GeoTIFF of ground above sea level in WGS-84 degrees; without it the city's bands
    terrain_error_m: float = Field(default=5.0, ge=0)  # of its heights, either way
    jwks: str | None = None  # path of a JWKS file, or the JWKS itself; required in production
    issuer_key: Path = Path(".run/issuer.jwk")  # private key of the local issuer, demo and test only
    audience: str = "tianyuan"
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65_535)
    console_dir: Path = Path("console/dist")
    log_level: str = "INFO"
    pool_size: int = Field(default=10, ge=2, le=60)  # database connections of each service in each process
    cors_origins: tuple[str, ...] = ()  # off: the console is served from the same origin
