"""Which articles are copies of each other: fingerprints, bands, overlaps, clusters."""
