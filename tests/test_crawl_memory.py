"""A long crawl takes no more memory than a short one: no page leaves anything in the main process."""

from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from benchmarks.crawl import crawled_flat, site

PAGES = 400
# Bytes that a page may leave on the average: each has 100 KB, of which nothing may stay.
LEFT = 20_000


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from Linux's /proc")
def test_memory_is_flat_whatever_the_number_of_pages(fresh_processes: ProcessPoolExecutor) -> None:
    with site(PAGES, [], filler=100_000) as address:
        pages, *memory = fresh_processes.submit(crawled_flat, address, PAGES, PAGES // 4).result(timeout=120)

    assert pages == PAGES
    # The first quarter brings what every crawl needs: connections, caches, the allocator's reserves.
    assert memory[-1] - memory[0] < LEFT * PAGES * 3 / 4
