"""The addresses that a provider calls. None of them says what this is, or anything about a call but its step."""

import hmac
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hooks:
    """`base`: as the provider reaches us, without a slash at its end; `secret`: the first part of every path."""

    base: str
    secret: str

    def step(self, number: int) -> str:
        """Where a step of a call goes on."""
        return f"{self.base}/{self.secret}/next/{number}"

    def end(self, mark: str) -> str:
        """Where it is told that a call is over."""
        return f"{self.base}/{self.secret}/end/{mark}"

    def ask(self, word: str = "ask") -> str:
        """Where whoever answers a staff member's telephone is asked for a key; with `asked`, what became of it."""
        return f"{self.base}/{self.secret}/{word}"

    def sound(self, name: str) -> str:
        """Where a sound is; it is no secret, and so it does not hold ours."""
        return f"{self.base}/f/{name}.wav"

    def knows(self, secret: str) -> bool:
        """Whether a path begins as ours do, in the same time for every other."""
        return hmac.compare_digest(secret.encode(), self.secret.encode())
