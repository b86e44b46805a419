"""A page over a session with the starter models and 60 reviews."""

from __future__ import annotations

import pandas as pd
import pytest

from hfmagic.session import Options, Session
from tests.conftest import DATA

from .page import Page

CELL = "Label the sentiment of each review, group the complaints into themes, and chart them per product."


@pytest.fixture
def page(session: Session):
    found = Page(session, {"reviews": pd.read_csv(DATA / "reviews.csv").head(60)})
    yield found
    found.desk.close()


@pytest.fixture
def ran(page: Page) -> Page:
    """The page of a kernel in which a cell has run."""
    proposal = page.session.propose(CELL, page.namespace, ["reviews"], Options(output="scored"))
    page.session.run(proposal, page.namespace)
    page.settled()
    return page
