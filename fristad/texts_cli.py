"""The sub-command of `fristad texts`; it imports what it needs when it runs."""

import argparse
import sys
from pathlib import Path
from typing import Any


def add_texts_commands(commands: Any) -> None:
    """`commands`: what argparse's `add_subparsers` gave."""
    texts = commands.add_parser("texts", help="what coordinators publish in the console", allow_abbrev=False)
    actions = texts.add_subparsers(title="commands", metavar="COMMAND", required=True)
    text = "writes it back as files in the form that is shipped"
    export = actions.add_parser("export", help=text, description=text, allow_abbrev=False)
    export.add_argument("folder", metavar="DIR", type=Path, help="new or empty, or a copy of dialogues/content")
    export.set_defaults(run=_export)


def _export(arguments: argparse.Namespace) -> int:
    from fristad.accounts import read_console_settings
    from fristad.texts import export_texts

    return export_texts(arguments.folder, read_console_settings(), sys.stdout)
