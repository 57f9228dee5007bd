"""One call as it runs: takes what happens, asks the machine (moves.py), and does what it says, in order."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.counting import Counts, names_of_step, note_read
from bot.phone import call as calls
from bot.phone.ari import AriError
from bot.phone.call import Action, Began, Event, HungUp, Played, Pressed, Quiet
from bot.phone.listening import BEGINS
from bot.phone.moves import begin, move
from bot.phone.playlists import Line
from bot.phone.queue import Queue
from bot.phone.staff_line import StaffLine
from bot.phone.switch import Ear
from dialogues.prompts import Prompt
from handover.ports import HandoverError
from handover.values import DeskId, EndReason, TalkRef
from safety.logs import error_id, log_failure

_logger = logging.getLogger(__name__)


class LiveCall:
    """A caller's channel from its first ring to its end. `line` gives what is known now, `files` where prompts are."""

    def __init__(
        self,
        channel: str,
        switch: Ear,
        queue: Queue,
        counts: Counts,
        desk: DeskId,
        line: Callable[[], Line],
        files: Callable[[], Mapping[Prompt, Path]],
        staff: StaffLine,
    ) -> None:
        self._channel = channel
        self._switch = switch
        self._queue = queue
        self._counts = counts
        self._desk = desk
        self._line = line
        self._files = files
        self._staff = staff
        self.together = False  # caller and person hear each other
        self._events: deque[Event] = deque([Began()])
        self._happened = asyncio.Event()
        self._resting = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._talk: TalkRef | None = None
        self._watching: asyncio.Task[None] | None = None

    def tell(self, event: Event) -> None:
        """Something happened."""
        self._events.append(event)
        self._resting.clear()
        self._happened.set()

    def press(self, key: str) -> None:
        """The caller pressed a key."""
        self.tell(Pressed(key))

    def finish(self, playback: str) -> None:
        """A playback is over; one that something else has taken the place of says nothing."""
        if playback == self._switch.playback:
            self._switch.playback = ""
            self.tell(Played())

    async def settle(self) -> None:
        """Until all that was told so far has been taken and done, or the call is over."""
        await self._resting.wait()

    @property
    def quiet_in(self) -> float | None:
        """Seconds until the last `Wait` is over; None when nothing waits."""
        return None if self._timer is None else self._timer.when() - asyncio.get_running_loop().time()

    async def run(self) -> None:
        """Until the caller is gone, or the process ends: then the talk is ended, too, unless two hear each other."""
        call = begin(self._line())
        over = False
        try:
            while not over:
                event = await self._next()
                over = isinstance(event, HungUp)
                call = await self._take(call, event)
                self.together = call.together and not call.held
        finally:
            self._set_timer(None)
            self._resting.set()
            with contextlib.suppress(HandoverError):
                await self._forget(None if self.together and not over else calls.Leave(EndReason.EXIT))

    async def _next(self) -> Event:
        while not self._events:
            self._resting.set()
            self._happened.clear()
            await self._happened.wait()
        self._resting.clear()
        return self._events.popleft()

    async def _take(self, call: calls.Call, event: Event) -> calls.Call:
        after, actions = move(self._line(), call, event)
        for name in names_of_step(call.state, after.state):
            self._counts.add(self._desk, name)
        after = replace(after, state=note_read(call.state, after.state))
        for action in actions:
            await self._do(action)
        if call.talk and not after.talk:
            await self._forget()
        return after

    async def _do(self, action: Action) -> None:
        if isinstance(action, calls.Play | calls.Stop | calls.Wait):
            self._set_timer(None)
        if isinstance(action, calls.Play | calls.Stop | calls.Music):
            # The end of what was heard until now, told but not taken yet, is not the end of what comes.
            self._events = deque(event for event in self._events if not isinstance(event, Played))
        doer: Callable[[Any], Awaitable[None]] = getattr(self, f"_do_{type(action).__name__.lower()}")
        try:
            await doer(action)
        except AriError:
            # A channel that is gone says so by itself; nobody is left in silence because something was not there.
            if isinstance(action, calls.Play):
                self._miss(action)
        except HandoverError as error:
            log_failure(_logger, error_id(), error)  # the talk then ends by its own silence limit

    async def _do_answer(self, _: calls.Answer) -> None:
        await self._switch.answer()

    async def _do_play(self, action: calls.Play) -> None:
        files = self._files()
        found = [files[prompt] for prompt in action.prompts if prompt in files]
        if found:
            await self._switch.play(found)
        else:
            self._miss(action)

    def _miss(self, action: calls.Play) -> None:
        """It cannot be said: nobody waits for its end, and nobody listens along of whom the caller was not told."""
        announced = any(prompt.name == BEGINS for prompt in action.prompts)
        self.tell(calls.HelperFailed() if announced else Played())

    async def _do_stop(self, _: calls.Stop) -> None:
        await self._switch.stop()

    async def _do_music(self, _: calls.Music) -> None:
        await self._switch.music()

    async def _do_wait(self, action: calls.Wait) -> None:
        self._set_timer(action.seconds)

    async def _do_join(self, action: calls.Join) -> None:
        outcome, ref = await self._queue.join(self._line(), action.state)
        if ref is not None:
            self._talk = ref
            self._watching = asyncio.create_task(self._queue.watch(ref, self.tell))
        self._events.appendleft(outcome)  # before any key that was pressed meanwhile

    async def _do_rebrief(self, action: calls.Rebrief) -> None:
        if self._talk:
            await self._queue.rebrief(self._talk, action.state)

    async def _do_leave(self, action: calls.Leave) -> None:
        await self._forget(action)

    async def _do_ring(self, action: calls.Ring) -> None:
        if self._talk:
            await self._staff.ring(self._talk, self._channel, action.line, self.tell)

    async def _do_connect(self, _: calls.Connect) -> None:
        await self._staff.connect()

    async def _do_hold(self, _: calls.Hold) -> None:
        await self._staff.hold()

    async def _do_part(self, _: calls.Part) -> None:
        await self._staff.part()

    async def _do_ringhelper(self, action: calls.RingHelper) -> None:
        await self._staff.ring_helper(action.line, self.tell)

    async def _do_letlisten(self, _: calls.LetListen) -> None:
        await self._staff.let_listen()

    async def _do_drophelper(self, _: calls.DropHelper) -> None:
        await self._staff.drop_helper()

    async def _do_endhelp(self, _: calls.EndHelp) -> None:
        if self._talk:
            await self._queue.end_help(self._talk)

    async def _do_count(self, action: calls.Count) -> None:
        self._queue.miss(action.name, self._line())

    async def _do_hangup(self, _: calls.HangUp) -> None:
        await self._switch.hang_up()

    async def _forget(self, leave: calls.Leave | None = None) -> None:
        """Watch the talk no more, and end it first where that is wanted."""
        if self._watching:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        talk, self._talk, self._watching = self._talk, None, None
        if talk and leave:
            await self._queue.leave(talk, leave.reason)

    def _set_timer(self, seconds: float | None) -> None:
        if self._timer:
            self._timer.cancel()
        if seconds is None:
            self._timer = None
            # One that has run out already, and was not taken yet, is of no use either.
            self._events = deque(event for event in self._events if not isinstance(event, Quiet))
        else:
            self._timer = asyncio.get_running_loop().call_later(seconds, self.tell, Quiet())
