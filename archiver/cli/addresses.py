"""Addresses as people type them on the command line."""


def canonical(address: str) -> str:
    """Return the canonical form of an address; an id, or what is no address, as it is."""
    if "://" not in address:
        return address
    from archiver.parsers.urls import canonical_url  # noqa: PLC0415 - an id must not wait for lxml

    return canonical_url(address) or address
