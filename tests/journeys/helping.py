"""A colleague who reads along, in the journeys: asked for, agreed to by the visitor, and with a line to the holder."""

import json

from safety.text64 import write64
from tests.journeys.ends import StaffClient, VisitorClient


async def reads_along(visitor: VisitorClient, staff: StaffClient, helper: StaffClient, talk: str, line: bytes) -> None:
    """With everybody's yes; then a line of the helper's, as it leaves the page."""
    await staff.live.send_raw(json.dumps({"type": "colleagues", "talk": talk, "kind": "help"}))
    rows = (await staff.live.expect("colleagues", talk=talk))["rows"]
    asks = {"type": "ask", "talk": talk, "kind": "help", "to": rows[0]["id"], "why": []}
    await staff.live.send_raw(json.dumps(asks))
    while not (asked := (await helper.live.expect("together"))["asked"]):
        pass
    await helper.live.send("answer", talk=talk, number=asked[0]["number"], yes=True)
    question = await visitor.live.expect("asked", about="help")
    visitor.sealing.agreed = question["to"]
    await visitor.live.send("answer", ask=question["ask"], yes=True)
    await helper.live.expect("along", talk=talk, whole=True)
    while "helper" not in await visitor.live.expect("taken"):
        pass
    await helper.live.send("aside", talk=talk, sealed=write64(line))
    while not (await staff.live.expect("asides", talk=talk))["lines"]:
        pass


async def stops_reading(visitor: VisitorClient, helper: StaffClient, talk: str) -> None:
    """The helper ends it; the visitor's page has a key for the holder alone."""
    await helper.live.send("part", talk=talk)
    await helper.live.expect("along_over", talk=talk)
    while "helper" in await visitor.live.expect("taken"):
        pass
