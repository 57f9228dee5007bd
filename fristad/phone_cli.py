"""The sub-commands of `fristad phone`; each imports what it needs when it runs."""

import argparse
import sys
from pathlib import Path
from typing import Any


def add_phone_commands(commands: Any) -> None:
    """`commands`: what argparse's `add_subparsers` gave."""
    text = "the phone line, beside a telephone engine of yours"
    phone = commands.add_parser("phone", help=text, description=text, allow_abbrev=False)
    phone.add_argument(
        "--provider", choices=("46elks", "twilio"), help="take the calls that this provider plays, without an engine"
    )
    phone.set_defaults(run=_phone)
    actions = phone.add_subparsers(title="commands", metavar="COMMAND")
    text = "writes the telephone engine's whole configuration"
    render = actions.add_parser("render", help=text, description=text, allow_abbrev=False)
    render.add_argument("folder", metavar="DIR", type=Path, help="what was written there before is replaced")
    render.set_defaults(run=_render)
    text = "makes the prompts that nobody has recorded, and lists what is synthetic or missing"
    prompts = actions.add_parser("prompts", help=text, description=text, allow_abbrev=False)
    prompts.add_argument("folder", metavar="DIR", type=Path, nargs="?", help="default: FRISTAD_PHONE_SOUNDS")
    prompts.set_defaults(run=_prompts)
    text = "what is wrong with the running telephone engine"
    check = actions.add_parser("check", help=text, description=text, allow_abbrev=False)
    check.set_defaults(run=_check)


def _phone(arguments: argparse.Namespace) -> int:
    if arguments.provider:
        from fristad.phone_hooks import run_hooks

        return run_hooks(arguments.provider, sys.stdout)
    from fristad.phone import run_phone

    return run_phone(sys.stdout)


def _render(arguments: argparse.Namespace) -> int:
    from fristad.phone import render_engine

    return render_engine(arguments.folder, sys.stdout)


def _prompts(arguments: argparse.Namespace) -> int:
    from fristad.phone import speak_prompts

    return speak_prompts(arguments.folder, sys.stdout)


def _check(_: argparse.Namespace) -> int:
    from fristad.phone_check import check_phone

    return check_phone(sys.stdout)
