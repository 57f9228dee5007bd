"""Consultations and education sessions are counted without a word about anybody, and what is wrong is said kindly."""

from tests.console.conftest import DESK, Console


async def counted(console: Console) -> dict[str, int]:
    """What has been gathered and not yet handed over."""
    taken: dict[str, int] = {}

    async def take(desk: str, counts: dict[str, int], batch: str) -> None:
        assert desk == DESK
        taken.update(counts)

    await console.house.tally.flush(take)
    return taken


async def test_a_session_is_counted_with_its_people(console: Console) -> None:
    async with console.signed_in("kim") as browser:
        await browser.get("/outreach")
        answer = await browser.post("/outreach/session", participants=" 24 ", social_workers="7")
        assert (answer.status_code, answer.headers["location"]) == (303, "/outreach?counted=session")
        assert "The session is counted." in (await browser.get(answer.headers["location"])).text
    assert await counted(console) == {
        "education.sessions": 1,
        "education.participants": 24,
        "education.social_workers": 7,
    }


async def test_a_consultation_is_counted_by_who_asked(console: Console) -> None:
    async with console.signed_in("boss", "coordinator") as browser:
        await browser.get("/outreach")
        answer = await browser.client.post(
            "/outreach/consultation",
            data={
                "form_token": browser.form_token,
                "profession": "profession.professional_school",
                "violence": ["violence.threats", "violence.forced_marriage"],
                "referred": "referred.social_services",
                "satisfaction": "satisfaction.satisfied",
            },
            headers={"origin": "https://console.test"},
        )
        assert (answer.status_code, answer.headers["location"]) == (303, "/outreach?counted=consultation")
    assert await counted(console) == {
        f"wrapup.{name}": 1
        for name in (
            "kind.consultation", "profession.professional_school", "violence.threats", "violence.forced_marriage",
            "referred.social_services", "outcome.referral", "satisfaction.satisfied",
        )
    }  # fmt: skip


async def test_what_cannot_be_counted_is_told_and_nothing_typed_is_lost(console: Console) -> None:
    async with console.signed_in("kim") as browser:
        await browser.get("/outreach")
        answer = await browser.post("/outreach/session", participants="4", social_workers="12")
        assert answer.status_code == 400
        assert 'role="alert"' in answer.text
        assert "1 to 2000" in answer.text
        assert 'name="participants" min="1" max="2000" required value="4"' in answer.text
        assert 'value="12"' in answer.text
        answer = await browser.post("/outreach/consultation", violence="violence.threats")
        assert answer.status_code == 400
        assert "Choose who asked for advice" in answer.text
        assert 'value="violence.threats" checked' in answer.text
        for wrong in ("initiator.friend", "violence.<b>", "words of a visitor"):
            answer = await browser.post("/outreach/consultation", profession="profession.unknown", more=wrong)
            assert answer.status_code == 400
            assert wrong not in answer.text
    assert await counted(console) == {}


async def test_nothing_can_be_written_but_numbers(console: Console) -> None:
    async with console.signed_in("kim") as browser:
        page = (await browser.get("/outreach?counted=<b>")).text
    assert "<textarea" not in page
    assert 'type="text"' not in page
    assert "<b>" not in page
