"""Views in another language."""

import pytest

from tffsim.views.panels import words


@pytest.fixture
def korean(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets views and figures speak Korean until the test ends."""
    monkeypatch.setattr(words, "_chosen", "ko")
