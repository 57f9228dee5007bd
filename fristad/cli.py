"""The command line: one sub-command per thing an operator does. Each imports what it needs when it runs."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from fristad.database_cli import add_database_commands
from fristad.dumps import forbid_dumps
from fristad.engine_users import add_engine_command
from fristad.phone_cli import add_phone_commands
from fristad.refusal import FrontDoorError, GaveUp, Refused
from fristad.stats_cli import add_stats_commands
from fristad.texts_cli import add_texts_commands


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status. What goes wrong is one sentence on standard error, never a traceback."""
    try:
        arguments = _parser().parse_args(argv)
        command: Callable[[argparse.Namespace], int] = arguments.run
        forbid_dumps()  # every command holds words, a password or a key
        return command(arguments)
    except FrontDoorError as error:
        return _say(str(error), error.status)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has gone. Python would complain once more when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return GaveUp.status
    except Exception as error:  # noqa: BLE001  # the edge of the process: its message may quote a password or a visitor
        return _say(f"An unexpected {type(error).__name__} ended the command; please report it.", GaveUp.status)


class _Parser(argparse.ArgumentParser):
    """argparse whose refusals are one sentence."""

    def error(self, message: str) -> NoReturn:
        raise Refused(f"{message[:1].upper()}{message[1:]}; `{self.prog} --help` says what is possible.")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="fristad", description="An anonymous chat line with a staff console.", allow_abbrev=False)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add(commands, "serve", _serve, "everything on this machine: engine, visitor app, console").add_argument(
        "--demo", action="store_true", help="a marked demonstration, with sign-in links and unchecked services"
    )
    for name, run, text in (
        ("bot", _bot, "the visitor app alone, on an engine of yours"),
        ("console", _console, "the console alone, on an engine of yours"),
    ):
        _add(commands, name, run, text).add_argument(
            "--socket", action="append", type=int, default=[], help=argparse.SUPPRESS
        )
    add_engine_command(commands)
    _add_staff_command(commands)
    add_texts_commands(commands)
    add_database_commands(commands)
    _add_keys_commands(commands)
    add_stats_commands(commands)
    understand = _add(commands, "understand", _understand, "what free text is taken to mean, line by line as JSON")
    understand.add_argument("--lang", default="sv", help="the language the messages are in (default: sv)")
    _add(commands, "guard", _guard, "what in free text may tell who somebody is, line by line as JSON")
    _add(commands, "files", _files, "the SHA-256 of every file that a browser is sent, as sha256sum prints them")
    _add_rasa_commands(commands)
    add_phone_commands(commands)
    _add(commands, "telegram", _telegram, "answers in Telegram, on an engine of yours; one at a time, others stand by")
    _add_doctor_command(commands)
    health = _add(commands, "health", _health, "whether a process on this machine is well, as its exit status")
    health.add_argument("--ready", action="store_true", help="whether it can do its work, too")
    return parser


def _add(
    commands: "argparse._SubParsersAction[_Parser]", name: str, run: Callable[[argparse.Namespace], int], text: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=text, allow_abbrev=False)
    parser.set_defaults(run=run)
    return parser


def _add_staff_command(commands: "argparse._SubParsersAction[_Parser]") -> None:
    staff = commands.add_parser("staff", help="the console's accounts", allow_abbrev=False)
    actions = staff.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add = _add(actions, "add", _staff_add, "an account for the console; prints the link that its owner opens")
    add.add_argument("name", help="the name to sign in with")
    add.add_argument("--shown", required=True, help="the name that visitors see")
    add.add_argument("--role", choices=("staff", "coordinator", "administrator"), default="staff")
    add.add_argument("--desk", help="the desk it belongs to (default: FRISTAD_DESK)")
    link = _add(actions, "link", _staff_link, "another link, for an account whose owner cannot get in")
    link.add_argument("name", help="the name to sign in with")


def _add_keys_commands(commands: "argparse._SubParsersAction[_Parser]") -> None:
    keys = commands.add_parser("keys", help="the organisation's key, which signs staff devices", allow_abbrev=False)
    actions = keys.add_subparsers(title="commands", metavar="COMMAND", required=True)
    new = _add(actions, "new", _keys_new, "makes the key, encrypted under a passphrase, and prints its public text")
    new.add_argument(
        "--unencrypted", action="store_true", help="without a passphrase: for FRISTAD_ORGANISATION_SIGNING_KEY alone"
    )
    public = _add(actions, "public", _keys_public, "the public text of a key, for FRISTAD_ORGANISATION_KEY")
    sign = _add(actions, "sign", _keys_sign, "signs the requests on standard input, as a console gave them")
    sign.add_argument("--days", type=int, default=90, help="how long the signatures hold (default: 90)")
    for action in (new, public, sign):
        action.add_argument("file", metavar="FILE", type=Path, help="the file of the private key")
        action.add_argument("--passphrase-file", type=Path, help="read the passphrase here instead of asking for it")


def _add_rasa_commands(commands: "argparse._SubParsersAction[_Parser]") -> None:
    actions = _add(commands, "rasa-actions", _rasa_actions, "our answers as actions for an assistant built on Rasa")
    actions.add_argument("--demo", action="store_true", help="a marked demonstration, with unchecked services")
    files = _add(commands, "rasa-export", _rasa_export, "the topics as domain, rules and examples of a Rasa assistant")
    files.add_argument("folder", metavar="DIR", type=Path, help="a folder that is new or empty")


def _add_doctor_command(commands: "argparse._SubParsersAction[_Parser]") -> None:
    doctor = _add(commands, "doctor", _doctor, "what is wrong with a deployment, in order of danger")
    doctor.add_argument("--visitor", metavar="URL", help="the address that visitors open")
    doctor.add_argument("--staff", metavar="URL", help="the address that staff open")
    doctor.add_argument(
        "--log",
        metavar="PATH",
        type=Path,
        action="append",
        default=[],
        help="a log, or a folder of logs, to search too",
    )


def _serve(arguments: argparse.Namespace) -> int:
    from fristad.settings import read_front_settings
    from fristad.supervisor import supervise

    settings = read_front_settings()
    if arguments.demo:
        settings = settings.model_copy(update={"demo": True})
    print("Starting ...", file=sys.stderr, flush=True)
    return supervise(settings, os.environ)


def _bot(arguments: argparse.Namespace) -> int:
    from bot.main import build
    from dialogues.hours import SWEDEN
    from fristad.listening import inherited, listen
    from fristad.preflight import check_content
    from fristad.serve import run_app
    from fristad.settings import read_front_settings
    from safety.vitals import Process

    settings = read_front_settings()
    if not arguments.socket:  # else the supervisor has checked
        check_content(datetime.now(SWEDEN), demo=settings.demo, desk=settings.desk)
    sockets = inherited(arguments.socket) or listen(settings.visitor_host, settings.visitor_port, "VISITOR")
    run_app(build, sockets, process=Process.VISITOR, drain=settings.drain_seconds)
    return 0


def _console(arguments: argparse.Namespace) -> int:
    from console.main import build
    from fristad.databases import prepared
    from fristad.listening import inherited, listen
    from fristad.preflight import check_hosts
    from fristad.serve import run_app
    from fristad.settings import read_front_settings
    from safety.vitals import Process

    settings = read_front_settings()
    if not arguments.socket:  # else the supervisor has checked
        check_hosts(settings)
    sockets = inherited(arguments.socket) or listen(settings.staff_host, settings.staff_port, "STAFF")
    run_app(lambda: prepared(build, sys.stderr), sockets, process=Process.CONSOLE, drain=settings.drain_seconds)
    return 0


def _staff_add(arguments: argparse.Namespace) -> int:
    from fristad.accounts import add_account

    return add_account(arguments.name, arguments.shown, arguments.role, arguments.desk, sys.stdout)


def _staff_link(arguments: argparse.Namespace) -> int:
    from fristad.accounts import renew_link

    return renew_link(arguments.name, sys.stdout)


def _keys_new(arguments: argparse.Namespace) -> int:
    from fristad.keys import make_key

    return make_key(arguments.file, arguments.passphrase_file, sys.stdout, unencrypted=arguments.unencrypted)


def _keys_public(arguments: argparse.Namespace) -> int:
    from fristad.keys import print_public

    return print_public(arguments.file, arguments.passphrase_file, sys.stdout)


def _keys_sign(arguments: argparse.Namespace) -> int:
    from fristad.keys import LONGEST_DAYS, sign_requests

    if not 1 <= arguments.days <= LONGEST_DAYS:
        raise Refused(f"A signature holds 1 to {LONGEST_DAYS} days: name fewer with --days.")
    return sign_requests(
        arguments.file, arguments.passphrase_file, sys.stdin, sys.stdout, sys.stderr, days=arguments.days
    )


def _understand(arguments: argparse.Namespace) -> int:
    from fristad.measuring import understand_lines

    return understand_lines(arguments.lang, sys.stdin.buffer, sys.stdout)


def _guard(_: argparse.Namespace) -> int:
    from fristad.measuring import guard_lines

    return guard_lines(sys.stdin.buffer, sys.stdout)


def _files(_: argparse.Namespace) -> int:
    from fristad.published import client_files, tell_files

    sys.stdout.write(tell_files(client_files(datetime.now(UTC))))
    return 0


def _rasa_actions(arguments: argparse.Namespace) -> int:
    from fristad.assistants import serve_actions

    return serve_actions(sys.stdout, demo=arguments.demo)


def _rasa_export(arguments: argparse.Namespace) -> int:
    from fristad.assistants import export_topics

    return export_topics(arguments.folder, sys.stdout)


def _telegram(_: argparse.Namespace) -> int:
    from fristad.telegram import run_telegram

    return run_telegram(sys.stdout)


def _doctor(arguments: argparse.Namespace) -> int:
    from fristad.doctor.findings import tell
    from fristad.doctor.rounds import Asked, examine
    from fristad.doctor.settings import read_doctor_settings

    asked = Asked(arguments.visitor, arguments.staff, tuple(arguments.log))
    return tell(examine(asked, read_doctor_settings(), os.environ, datetime.now(UTC)), sys.stdout)


def _health(arguments: argparse.Namespace) -> int:
    from fristad.health import ask_health

    return ask_health(ready=arguments.ready)


def _say(sentence: str, status: int) -> int:
    if sentence:
        print(sentence, file=sys.stderr, flush=True)
    return status
