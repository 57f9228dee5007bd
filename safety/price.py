"""What joining costs while many want to, and what reaching a box of left messages does: one level more with every
doubling of the load.

Requirements AB-2 to AB-4, and NI-5 for boxes. A level is paid in work by whoever can compute, and in waiting by whoever
cannot. The highest level is the most that anybody ever pays: nobody is refused.
"""

HIGHEST = 6

FREE_LATELY = 20  # joins of the last minute at a desk (AB-2), unless the operator knows better
FREE_NEARBY = 5  # joins of the last ten minutes from one network (AB-2)
FREE_WAITING = 10  # talks in the waiting room, where fewer than five are on duty
FREE_PER_STAFF = 2  # and where there are more of them, for each

FREE_BOXES = 20  # boxes made, or names that opened nothing, in the last minute
MAKING = 2  # the level of a new box at rest: half a second on a slow phone, so that filling a desk's tables takes long

# Seconds by level. Longer than the work of the same level takes on a slow phone: waiting costs a flooder nothing.
_WAITS = (0, 5, 10, 20, 30, 45, 60)


def level_of(waiting: int, on_duty: int, lately: int, nearby: float, free_lately: int = FREE_LATELY) -> int:
    """0 (nothing to pay) to HIGHEST, by whichever presses most: talks in the waiting room, joins of the last minute
    (`free_lately` of them cost nothing), joins of the last ten minutes from the same network."""
    room = max(FREE_WAITING, FREE_PER_STAFF * on_duty)
    return max(_doublings(waiting, room), _doublings(lately, free_lately), _doublings(nearby, FREE_NEARBY))


def level_of_box(lately: int, *, making: bool) -> int:
    """The same for boxes of left messages, by those made or missed in the last minute. Whoever opens the box of their
    own code pays nothing at rest: guessing 90 bits is hopeless, so this only keeps the load away."""
    return min(HIGHEST, (MAKING if making else 0) + _doublings(lately, FREE_BOXES))


def seconds_of(level: int) -> int:
    """How long to wait instead of working."""
    return _WAITS[level]


def enough(paid: int, owed: int) -> bool:
    """Whether what was paid still does. The price may rise by one level between the question and the answer; more, and
    somebody has gathered answers while they were cheap. The highest always does."""
    return paid >= owed - 1 or paid >= HIGHEST


def _doublings(load: float, free: int) -> int:
    """0 below `free`, 1 from there, one more for each time it doubles."""
    level = 0
    while level < HIGHEST and load >= free * 2**level:
        level += 1
    return level
