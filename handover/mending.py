"""What a failover forgot: each end remembers numbers of a talk, and numbers never go back.

A master that dies takes its last moments with it: a copy lags by some milliseconds. So each process compares what it
was told before with what the engine says now. Nothing is made up that was forgotten: the engine's numbers are raised to
the known ones, an epoch begins, and whoever may have lost something is told.
"""

from dataclasses import dataclass
from typing import Protocol

from handover.values import Done, Gone, NotYours, StaffId, Standing, TalkRef, Waiting, WithStaff

# The highest epoch that a page is believed. A talk has one for each claim, each opening of a desk and each refused
# word. A look at the keys goes through all of them in the engine, so no page may make them many by naming one.
EPOCHS = 1_000


@dataclass(slots=True)
class Known:
    """What a visitor's process knows of its talk: the latest claim (its number in the talk, and its mark, which no
    other claim has) and the newest epoch, as it was told; the last of staff's messages that it has, by its own word;
    the newest epoch that its page has a key of."""

    claims: int = 0
    mark: int = 0
    epoch: int = 0
    down: int = 0
    keyed: int = 0

    def believe(self, epoch: int) -> None:
        """The page has a key of this epoch: it says so, gave one, or sent words under it. An engine that has none has
        forgotten it, or never got it. No page is believed beyond EPOCHS."""
        epoch = min(epoch, EPOCHS)
        self.epoch, self.keyed = max(self.epoch, epoch), max(self.keyed, epoch)

    def is_ahead_of(self, standing: Standing) -> bool:
        """Whether the engine has forgotten something that this process was told."""
        match standing:
            case Waiting(claims=claims):
                return claims < self.claims
            case WithStaff(claims=claims, epoch=epoch, down_seq=down):
                other = (claims, standing.mark) != (self.claims, self.mark) and self.claims > 0
                reused = other and standing.device != "" and epoch <= self.epoch
                forgotten = claims < self.claims or (claims == self.claims and other)
                unkeyed = not standing.keyed and standing.device != "" and epoch <= self.keyed
                return forgotten or reused or unkeyed or epoch < self.epoch or down < self.down
        return False

    def learn(self, standing: Standing) -> None:
        """Remember what the engine says now."""
        match standing:
            case Waiting(claims=claims):
                self.claims = max(self.claims, claims)
            case WithStaff(claims=claims, mark=mark, epoch=epoch):
                self.claims, self.mark, self.epoch = claims, mark, max(self.epoch, epoch)
                if standing.keyed:
                    self.keyed = max(self.keyed, epoch)


class VisitorMending(Protocol):
    """What the visitor's side may do."""

    async def mend(self, ref: TalkRef, known: Known) -> Done | Gone:
        """Raise the talk's numbers to what is known, and begin an epoch. Somebody who has it by an older claim than the
        known one gives it back: it was in other hands since, and there nobody can have it any more."""


class StaffMending(Protocol):
    """What the staff's side may do."""

    async def recount(self, ref: TalkRef, staff: StaffId, seq: int) -> Done | NotYours | Gone:
        """The message `seq` to the visitor was accepted once. Those up to it that the engine has forgotten count as
        unsure, and an epoch begins, because their counters are used up."""
