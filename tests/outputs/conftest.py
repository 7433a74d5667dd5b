"""Fixtures of the tests that open maps."""

import pytest

from maps import Opened, written


@pytest.fixture
def opened(browser, tmp_path):
    """Open the map of a result."""
    contexts = []

    def open_map(result, **options):
        contexts.append(Opened(browser, written(tmp_path, result), **options))
        return contexts[-1]

    yield open_map
    for context in contexts:
        context.context.close()
