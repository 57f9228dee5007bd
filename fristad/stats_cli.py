"""The sub-commands of `fristad stats`; each imports what it needs when it runs."""

import argparse
import sys
from pathlib import Path
from typing import Any


def add_stats_commands(commands: Any) -> None:
    """`commands`: what argparse's `add_subparsers` gave."""
    stats = commands.add_parser("stats", help="published figures", allow_abbrev=False)
    actions = stats.add_subparsers(title="commands", metavar="COMMAND", required=True)
    text = "checks files of published figures, in the order of their numbers"
    verify = actions.add_parser("verify", help=text, description=text, allow_abbrev=False)
    verify.add_argument("files", metavar="FILE", type=Path, nargs="+", help="JSON files from the page of a period")
    verify.add_argument("--key", help="the key that they have to be signed by, as the page shows it")
    verify.set_defaults(run=_verify)
    text = "the report of a published period, to print"
    report = actions.add_parser("report", help=text, description=text, allow_abbrev=False)
    report.add_argument("period", metavar="PERIOD", help="a year, a quarter or a month: 2026, 2026-Q1, 2026-03")
    report.add_argument("--pdf", metavar="FILE", type=Path, required=True, help="where to write it")
    report.add_argument("--lang", choices=("sv", "en"), default="sv", help="its language (default: sv)")
    report.add_argument("--group", default="all", help="a desk's id, or a group of small ones (default: all together)")
    report.set_defaults(run=_report)
    text = "brings published figures back that are younger than the backup which the database was restored from"
    bring = actions.add_parser("bring", help=text, description=text, allow_abbrev=False)
    bring.add_argument("files", metavar="FILE", type=Path, nargs="+", help="their JSON files, in the order of numbers")
    bring.set_defaults(run=_bring)
    text = "deletes what was counted in a year with a key that is lost for good, so that counting goes on"
    forget = actions.add_parser("forget", help=text, description=text, allow_abbrev=False)
    forget.add_argument("year", metavar="YEAR", type=_year, help="such as 2026")
    forget.set_defaults(run=_forget)


def _verify(arguments: argparse.Namespace) -> int:
    from fristad.figures import verify_files

    return verify_files(arguments.files, arguments.key, sys.stdout)


def _report(arguments: argparse.Namespace) -> int:
    from fristad.accounts import read_console_settings
    from fristad.figures import write_report

    asked = (arguments.period, arguments.lang, arguments.group)
    return write_report(*asked, arguments.pdf, read_console_settings(), sys.stdout)


def _bring(arguments: argparse.Namespace) -> int:
    from fristad.accounts import read_console_settings
    from fristad.figures import bring_files

    return bring_files(arguments.files, read_console_settings(), sys.stdout)


def _forget(arguments: argparse.Namespace) -> int:
    from fristad.accounts import read_console_settings
    from fristad.databases import forget_counts

    return forget_counts(arguments.year, read_console_settings(), sys.stdout)


def _year(text: str) -> str:
    if len(text) != 4 or not text.isdecimal():
        raise argparse.ArgumentTypeError("a year is four digits, such as 2026")
    return text
