"""E-mail addresses and links, also where their signs are written as words or with spaces. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from safety.guard_text import NUMBER, SIGN, WORD, Folding, Found, Reading, words_of

EMAIL, URL = "email", "url"
KNOWN = "known"  # the site of an authority or a help service: left alone

MOST_PARTS = 16  # tokens of one part of an address
MOST_LABELS = 8  # of a host name
_OPEN, _CLOSE = frozenset("([{<"), frozenset(")]}>")
_LOCAL, _HOST = "._%+-", "-_"
_END = '.,;:!?)]}>"*'  # what ends a sentence or a bracket rather than a link


Label = tuple[int, int]  # part of a host name: its first token, and the token after it


class Joint(NamedTuple):
    """A dot or an at sign, however it is written: the token after it, and whether it stood there as itself."""

    after: int
    plain: bool
    spaced: bool


class Links:
    """Finds by the section `links` of the rule file. `common` are words that no site is called by."""

    def __init__(self, links: Mapping[str, Any], common: frozenset[str], folding: Folding) -> None:
        def words(text: str) -> frozenset[str]:
            return words_of(folding, text)

        self._at_names = words(links["at_names"])
        self._at, self._dot = words(links["at_words"]) | self._at_names | {"@"}, words(links["dot_words"]) | {"."}
        self._mail, self._schemes = words(links["mail"]), words(links["schemes"])
        self._spaced_tlds = words(links["spaced_tlds"])
        self._tlds, self._word_tlds = words(links["tlds"]), words(links["word_tlds"])
        self._short, self._public = words(links["short_hosts"]), words(links["public_hosts"])
        self._lookups, self._common = words(links["named_hosts"]), common

    def find_emails(self, reading: Reading) -> list[Found]:
        """All e-mail addresses."""
        found = (self._email(reading, token) for token in reading.tokens(self._at))
        return [each for each in found if each]

    def _email(self, reading: Reading, token: int) -> Found | None:
        first, at = self._at_sign(reading, token)
        if at is None or reading.gap(first) > 1 or reading.gap(at.after) > 1:
            return None
        loose = not at.plain or reading.gap(first) + reading.gap(at.after) > 0
        start = self._local(reading, first, spelled=loose)
        end = self._mail_host(reading, at, loose=loose)
        if start == first or end is None:
            return None
        host = reading.folded[reading.starts[at.after] : reading.ends[end - 1]]
        kind = KNOWN if self._is_public(host) else EMAIL
        return Found(reading.starts[start], reading.ends[end - 1], kind)

    def _at_sign(self, reading: Reading, token: int) -> tuple[int, Joint | None]:
        """The first token of an at sign and the sign itself: `@`, `(at)`, `snabel-a`, or a bare `at`."""
        word = reading.words[token]
        if word == "@":
            bracket = reading.word(token - 1) in _OPEN and reading.word(token + 1) in _CLOSE
            return (token - 1, Joint(token + 2, True, False)) if bracket else (token, Joint(token + 1, True, False))
        last = token + 2 if word == "snabel" and reading.words[token + 1 : token + 3] == ["-", "a"] else token
        if reading.word(token - 1) in _OPEN and reading.word(last + 1) in _CLOSE:
            return token - 1, Joint(last + 2, False, False)
        if last > token or word in self._at_names:
            return token, Joint(last + 1, False, False)
        return token, Joint(token + 1, False, True) if word == "at" else None

    def _local(self, reading: Reading, before: int, *, spelled: bool) -> int:
        """The first token of what stands before the at sign; the token itself when nothing does."""
        start = reading.chain_back(before, _LOCAL, MOST_PARTS)
        while spelled and start < before and reading.word(start - 1) in self._dot:
            further = reading.chain_back(start - 1, _LOCAL, MOST_PARTS)
            if further == start - 1 or before - further > MOST_PARTS:
                break
            start = further
        return start

    def _mail_host(self, reading: Reading, at: Joint, *, loose: bool) -> int | None:
        """The token after the host of an e-mail address."""
        labels, plain = self._labels(reading, at.after, commas=True)
        if not labels:
            return None
        service = reading.word(at.after) in self._mail
        worded = any(reading.words[end] != "." for _, end in labels[:-1])
        if service or not at.spaced or worded:
            for place in range(len(labels) - 1, 0, -1):
                if self._ends(reading, labels[place], joined=plain[place - 1] and not loose):
                    return labels[place][1]
        return labels[0][1] if service and not at.spaced else None

    def _ends(self, reading: Reading, label: Label, *, joined: bool) -> bool:
        """Whether a label can end a host name: any word behind a real dot, else one that is known to."""
        word = reading.word(label[0])
        if label[1] - label[0] != 1 or reading.kind(label[0]) != WORD or len(word) < 2:
            return False
        return joined or word in self._tlds or word in self._word_tlds

    def _labels(self, reading: Reading, token: int, *, commas: bool) -> tuple[list[Label], list[bool]]:
        """The labels of a host name from a token on, and of each dot between them whether it was a plain one."""
        labels: list[Label] = []
        plain: list[bool] = []
        while token < reading.size and len(labels) < MOST_LABELS:
            end = reading.chain(token, _HOST, MOST_PARTS) if reading.kinds[token] != SIGN else token
            if end == token:
                break
            labels.append((token, end))
            joint = self._dot_at(reading, end, commas=commas)
            if joint is None:
                break
            plain.append(joint.plain)
            token = joint.after
        return labels, plain[: max(0, len(labels) - 1)]

    def _dot_at(self, reading: Reading, token: int, *, commas: bool) -> Joint | None:
        """A dot between two labels: itself, in brackets, as a word, or with a space."""
        word, gap, next_gap = reading.word(token), reading.gap(token), reading.gap(token + 1)
        if word == "." or (commas and word == "," and gap == next_gap == 0):
            if reading.kind(token + 1) not in (WORD, NUMBER):
                return None
            spaced = gap + next_gap > 0
            return Joint(token + 1, not spaced, spaced) if gap <= 1 and next_gap <= 1 else None
        bracketed = word in _OPEN and reading.word(token + 2) in _CLOSE
        if bracketed and reading.word(token + 1) in self._dot:
            return Joint(token + 3, False, False) if reading.kind(token + 3) in (WORD, NUMBER) else None
        if word in self._dot and gap == 1 and reading.kind(token + 1) in (WORD, NUMBER):
            return Joint(token + 1, False, True)
        return None

    def find_urls(self, reading: Reading) -> list[Found]:
        """All links, and KNOWN ones."""
        found: list[Found] = []
        after = 0
        for token in reading.tokens(self._dot | self._schemes):
            if token < after:
                continue
            search = self._scheme if reading.words[token] in self._schemes else self._dotted
            after, each = search(reading, token)
            if each:
                found.append(each)
        return found

    def _scheme(self, reading: Reading, token: int) -> tuple[int, Found | None]:
        """`https://` and what follows it: the token to go on at, and the link."""
        first = token + 4
        if reading.words[token + 1 : first] != [":", "/", "/"] or first >= reading.size:
            return token + 1, None
        after, found = self._host(reading, first)
        stop = self._path_end(reading, reading.starts[first], chunk=True)
        kind = found.kind if found else URL
        stop = max(stop, found.end if found else 0)
        return max(after, self._token_at(reading, first, stop)), Found(reading.starts[token], stop, kind)

    def _dotted(self, reading: Reading, dot: int) -> tuple[int, Found | None]:
        """The host name around the first dot of one: the token to go on at, and the link if it is one."""
        before = dot - 1 if reading.word(dot - 1) in _OPEN and reading.word(dot + 1) in _CLOSE else dot
        start = reading.chain_back(before, _HOST, MOST_PARTS)
        return self._host(reading, start) if start < before and reading.gap(before) < 2 else (dot + 1, None)

    def _host(self, reading: Reading, token: int) -> tuple[int, Found | None]:
        """The link whose host name begins with a token."""
        www = reading.words[token] == "www"
        labels, plain = self._labels(reading, token, commas=False)
        if len(labels) < 2:
            return token + 1, None
        last = self._last_label(reading, labels, plain, www=www)
        if last is None:
            return labels[-1][0], None
        end = labels[last][1]
        host = ".".join(reading.folded[reading.starts[a] : reading.ends[b - 1]] for a, b in labels[: last + 1])
        stop = self._path_end(reading, reading.ends[end - 1])
        bare = stop == reading.ends[end - 1]
        known = self._is_public(host) or (bare and host.removeprefix("www.") in self._lookups)
        return self._token_at(reading, end, stop), Found(reading.starts[token], stop, KNOWN if known else URL)

    def _last_label(self, reading: Reading, labels: Sequence[Label], plain: Sequence[bool], *, www: bool) -> int | None:
        """Which label ends the host name: the last one that can."""
        for place in range(len(labels) - 1, 0, -1):
            joined = plain[place - 1]
            if www and self._ends(reading, labels[place], joined=joined):
                return place
            if self._is_host(reading, labels, place, joined):
                return place
        return None

    def _is_host(self, reading: Reading, labels: Sequence[Label], place: int, joined: bool) -> bool:
        """Whether the labels up to this one are a host name, and not two sentences without a space."""
        token, end = labels[place]
        word, before = reading.words[token], labels[place - 1]
        if end - token != 1:
            return False
        if ".".join(reading.words[first] for first, _ in labels[: place + 1]) in self._short:
            return True
        if not any(reading.kinds[first] == WORD for first, _ in labels[:place]):
            return False
        strict = joined and len(reading.words[before[0]]) > 1
        if word in self._tlds:
            spaced = reading.words[before[1] : token] == ["."] and not joined
            return strict or (not joined and (not spaced or word in self._spaced_tlds))
        if word not in self._word_tlds or not strict:
            return False
        # "inte.nu är det nog" are two sentences; a host name rather ends one, or goes on with a path.
        if reading.word(end) == "/" and reading.gap(end) == 0:
            return True
        named = before[1] - before[0] > 1 or reading.words[before[0]] not in self._common
        return named and reading.kind(end) in ("", SIGN)

    def _is_public(self, host: str) -> bool:
        while host and host not in self._public:
            host = host.partition(".")[2]
        return bool(host)

    def _path_end(self, reading: Reading, at: int, *, chunk: bool = False) -> int:
        """Where a link ends that has come to `at`: there, or where the path that goes on ends."""
        if not chunk and reading.folded[at : at + 1] not in ("/", ":", "?", "#"):
            return at
        stop = reading.folded.find(" ", at)
        stop = len(reading.folded) if stop < 0 else stop
        while stop > at and reading.folded[stop - 1] in _END:
            stop -= 1
        return stop

    def _token_at(self, reading: Reading, token: int, place: int) -> int:
        while token < reading.size and reading.starts[token] < place:
            token += 1
        return token
