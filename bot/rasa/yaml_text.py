"""YAML as Rasa reads it: every text a literal, quoted when it has to be, so that no sign of it means anything."""

import re
from typing import Any

import yaml

# What no YAML reader takes for anything but text. The rest is quoted: 13_15 is a number to some, `no` false to others.
_PLAIN = re.compile(r"(?!(true|false|null|yes|no|on|off|y|n)$)[a-z_]+")
_BREAKS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")


class Template(str):
    """A text with a `${NAME}` that Rasa fills in from its environment, which it does in plain scalars only."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    if "\n" in text.strip("\n") or text.endswith("\n"):
        style = '"' if _BREAKS.search(text) else "|"
    else:
        style = "" if _PLAIN.fullmatch(text) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _represent_template(dumper: yaml.SafeDumper, text: Template) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(text))


_Dumper.add_representer(str, _represent_text)
_Dumper.add_representer(Template, _represent_template)


def to_yaml(value: Any) -> str:
    """A document of mappings, lists, texts, numbers and truth values, in the order given."""
    dumped: str = yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10**6)
    return dumped
