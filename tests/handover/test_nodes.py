"""Which tag a key has, whom a node leads to, and who is asked where the engine is."""

import pytest

from handover.engines import Node, read_address
from handover.keys import EDITION, talk_keys
from handover.nodes import find_nodes, led_to, tag_of
from handover.values import DeskId, TalkId, TalkRef

HERE = Node("10.0.0.1", 7000)


def test_everything_of_a_desk_has_its_tag() -> None:
    keys = talk_keys(TalkRef(DeskId("demo"), TalkId("A" * 22)))
    assert {tag_of(key) for key in keys.values()} == {"demo"}
    assert tag_of(EDITION) == "all"
    with pytest.raises(ValueError, match="hash tag"):
        tag_of("anything")


async def test_one_engine_is_where_its_address_says_for_all_keys() -> None:
    address = read_address("redis://staff:secret@engine:7000")
    nodes = find_nodes(address, lambda _: None)
    assert nodes.lane("room:{demo}") == nodes.lane(EDITION)
    assert await nodes.home(nodes.lane(EDITION)) == address.engine


@pytest.mark.parametrize(
    ("refusal", "node"),
    [
        ("MOVED 3999 10.0.0.7:6381", Node("10.0.0.7", 6381)),
        ("MOVED 3999 node.example:6381", Node("node.example", 6381)),
        ("MOVED 3999 ::1:6381", Node("::1", 6381)),
        ("MOVED 3999 :6381", Node("10.0.0.1", 6381)),
        ("MOVED 3999 10.0.0.7", None),
        ("ASK 3999 10.0.0.7:6381", None),
        ("ERR MOVED 3999 10.0.0.7:6381", None),
    ],
)
def test_a_node_leads_to_another(refusal: str, node: Node | None) -> None:
    assert led_to(Exception(refusal), HERE) == node
