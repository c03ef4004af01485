"""The city's districts and demand are loaded into PostGIS when the service starts, once per version of its files."""

from services.sites.domain.register import settle_in
from services.sites.store import places, register, routes
from services.sites.usecases import demand
from shared.city import CityProfile
from shared.frame import Transaction


def load_places(tx: Transaction, city: CityProfile) -> bool:
    """Fill districts and demand from the profile where its version is new, and derive every district again.

    Returns whether there was anything to do.
    """
    if places.lock_city(tx) == city.version:
        return False
    places.replace_city(tx, city.version, city.districts)
    demand.load_layers(tx, city)
    routes.redistrict(tx)
    _redistrict_sites(tx)
    return True


def _redistrict_sites(tx: Transaction) -> None:
    sites = register.lock_all(tx)
    districts = places.districts_of(tx.connection, [(site.spec.lng, site.spec.lat) for site in sites])
    moved = [(site, district) for site, district in zip(sites, districts, strict=True) if site.district != district]
    steps = [settle_in(site, district, tx.now) for site, district in moved]
    register.update(tx, [step.site for step in steps])
    for step in steps:
        for event in step.events:
            tx.record(event)
