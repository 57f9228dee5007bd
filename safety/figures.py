"""What may be said of a number of people: with noise, in fives, and nothing below eight."""

from collections.abc import Sequence

FEW = 8  # below it, zero included, a figure says no more than that (requirement 6.2.3)
STEP = 5
ROUNDING = 2  # how far the nearest step is away at most

Figure = int | None  # None: fewer than FEW


def disclose(noisy: int) -> Figure:
    """The figure for a number that has its noise already: the nearest five, or None for fewer than eight."""
    return None if noisy < FEW else (noisy + STEP // 2) // STEP * STEP


def differ(first: Figure, second: Figure, margins: tuple[int, int]) -> bool:
    """Whether two figures with these margins (rounding included) differ by more than chance explains in 19 of 20
    cases: independent errors add up in their squares. One that is hidden is taken as whatever is nearest to the
    other."""
    least = 0 if first is None else first
    other = 0 if second is None else second
    if first is None and second is None:
        return False
    if first is None:
        least = min(FEW - 1, other)
    if second is None:
        other = min(FEW - 1, least)
    return (least - other) ** 2 > margins[0] ** 2 + margins[1] ** 2


def merge_small(
    sizes: dict[str, int], regions: dict[str, str], least: int
) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Which desks have figures of their own, and with whom the small ones are put together.

    `sizes` are noisy numbers, `regions` the region of each. Gives groups by id (a desk's own id, `region.<id>` or
    `rest`) and the desks that appear in the sum of all alone. Small ones are put together with small ones only, so
    that no group is another one and a desk; a group has at least two desks and together at least `least`."""
    groups: dict[str, tuple[str, ...]] = {desk: (desk,) for desk, size in sorted(sizes.items()) if size >= least}
    small = sorted(set(sizes) - set(groups))
    left: list[str] = []
    for region in sorted({regions[desk] for desk in small}):
        members = [desk for desk in small if regions[desk] == region]
        if _enough(members, sizes, least):
            groups[f"region.{region}"] = tuple(members)
        else:
            left += members
    if _enough(left, sizes, least):
        groups["rest"] = tuple(sorted(left))
        left = []
    return groups, tuple(sorted(left))


def _enough(members: Sequence[str], sizes: dict[str, int], least: int) -> bool:
    return len(members) > 1 and sum(sizes[desk] for desk in members) >= least
