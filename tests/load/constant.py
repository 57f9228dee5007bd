"""The visitor process with one route more, which reads a turn as the real one does and answers a constant.

`python -m tests.load.constant PORT`, with the settings of `fristad bot`: the same server, limits, middleware and reader
of the request around it, so that what is left between the two is what a turn itself costs."""

import sys

from fastapi import FastAPI
from fastapi.responses import JSONResponse

from bot.main import build
from bot.web import turns
from fristad.listening import listen
from fristad.serve import run_app

# As long as the answer of a turn with a text and four choices.
TEXT = {"kind": "text", "text": "x" * 600, "items": []}
ANSWER = {"state": "x" * 200, "messages": [TEXT], "choices": [], "first": False}


def build_with_constant() -> FastAPI:
    """The app of `fristad bot`, and POST /constant: in the router of /turn, so that both are found as soon."""

    @turns.router.post("/constant")
    async def answer(asked: turns.TurnRequest) -> JSONResponse:
        return JSONResponse(ANSWER)

    return build()


def main() -> None:
    run_app(build_with_constant, listen("127.0.0.1", int(sys.argv[1]), "VISITOR"))


if __name__ == "__main__":
    main()
