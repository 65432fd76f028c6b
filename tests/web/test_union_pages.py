"""The Union's report in the console: a question is answered, a row opens to its figures, a language is spoken."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.web.conftest import Visitor

SWEDISH = {"Accept-Language": "sv"}
Visit = Callable[[str], Visitor]


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_a_question_is_answered_with_the_figures_that_prove_it(visit: Visit) -> None:
    page = plain(
        visit("adam").get("/union?measure=convictions&period=2021-01-01/2023-06-30&without=online_and_offline").text
    )
    assert "at least 2 158 convictions" in page
    assert "194 (9.PL.convictions.2, 2022) + 81 (9.PL.convictions.3" in page
    assert 'value="online_and_offline" checked' in page


def test_tables_findings_and_drawings_are_there(visit: Visit) -> None:
    page = visit("adam").get("/union?table=6&check=languages").text
    assert "<svg" not in page
    drawings = re.findall(r'href="/union\?table=6&amp;drawing=(\d+)#drawn"', page)
    assert len(drawings) == 4
    for drawing in drawings:
        assert visit("adam").get(f"/union?drawing={drawing}").text.count("<svg") == 1
    assert "languages:6.SE" in page
    assert "totals:" not in page
    assert 'href="/union/state/SE"' in page
    assert "printed:" in page


def test_a_reporter_opens_to_every_figure_with_its_source(visit: Visit) -> None:
    page = plain(visit("adam").get("/union/state/PL").text)
    assert "COM(2023) 797 (sv), table 9, row 21, column 3" in page
    assert "overlapping:9.PL.convictions.1~9.PL.convictions.2" in page
    assert visit("adam").get("/union/state/XX").status_code == 404
    assert visit("adam").get("/union/world/SE").status_code == 404


def test_what_cannot_be_asked_is_told(visit: Visit) -> None:
    page = visit("adam").get("/union?period=soon")
    assert page.status_code == 200
    assert "a period is a day, month, half or year" in page.text
    assert visit("adam").get("/union?measure=rain").status_code in {400, 422}
    assert visit("rita").get("/union").status_code == 403


def test_findings_are_told_in_the_language_of_the_reader(visit: Visit) -> None:
    visitor = visit("adam")
    page = visitor.get("/union?check=named_states", SWEDISH)
    text = plain(page.text)
    assert len(page.content) < 100_000
    assert "Texten och tabellen anger olika medlemsstater" in text
    assert "Bara i tabellen: Italien" in text
    assert "motsägelse" in text
    assert "Member States" not in text[text.index('id="findings"') :]
    every = visitor.get("/union", SWEDISH)
    assert len(every.content) < 100_000
    assert '<option lang="sv" value="languages">Säger språkversionerna samma sak? (6)</option>' in every.text
    who = plain(visitor.get("/union/state/PL", SWEDISH).text)
    assert "Två värden från Polen" in who
    assert "COM(2023) 797 (sv), tabell 9, rad 21, kolumn 3" in who
    assert "identifierade barn (flickor)" in who
    assert "(female)" not in who
    assert "identified (female)" in plain(visitor.get("/union/state/PL").text)
