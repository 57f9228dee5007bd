"""The sub-commands of `fristad database`; each imports what it needs when it runs."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def add_database_commands(commands: Any) -> None:
    """`commands`: what argparse's `add_subparsers` gave."""
    database = commands.add_parser("database", help="the console's database as a whole", allow_abbrev=False)
    actions = database.add_subparsers(title="commands", metavar="COMMAND", required=True)
    text = "brings everything from the console's file into the empty database of FRISTAD_DATABASE_URL"
    move = actions.add_parser("move", help=text, description=text, allow_abbrev=False)
    move.add_argument("--from", dest="file", metavar="FILE", type=Path, help="default: console.sqlite3 in FRISTAD_DATA")
    move.set_defaults(run=_move)
    text = "writes what may be kept of it into a new file; the console may go on"
    backup = actions.add_parser("backup", help=text, description=text, allow_abbrev=False)
    backup.add_argument("file", metavar="FILE", type=Path, help="a file that is not there yet")
    backup.set_defaults(run=_backup)
    text = "writes a backup into the console's database, which has to be empty"
    restore = actions.add_parser("restore", help=text, description=text, allow_abbrev=False)
    restore.add_argument("file", metavar="FILE", type=Path, help="what `fristad database backup` wrote")
    restore.set_defaults(run=_restore)


def _move(arguments: argparse.Namespace) -> int:
    from fristad.accounts import read_console_settings
    from fristad.databases import move_database

    return move_database(arguments.file, read_console_settings(), sys.stdout)


def _backup(arguments: argparse.Namespace) -> int:
    from fristad.accounts import read_console_settings
    from fristad.databases import back_up_database

    return back_up_database(arguments.file, read_console_settings(), datetime.now(UTC).date(), sys.stdout)


def _restore(arguments: argparse.Namespace) -> int:
    from fristad.accounts import read_console_settings
    from fristad.databases import restore_database

    return restore_database(arguments.file, read_console_settings(), sys.stdout)
