"""Every desk of the reports, as a person reads it in them: written by hand, and not from the desks' own files."""

from dataclasses import dataclass

EVERYBODY = ("for-self", "for-friend", "for-sibling", "for-professional", "for-unsaid")
YOUNG = ("for-self", "for-friend", "for-sibling")
WORK = ("for-professional",)

# How the refusal of each reason sounds.
REASONS = {
    "professionals": "only answers people who meet young people in their work",
    "exposed": "not people who ask in their work",
    "ages": "answers people who are",
    "county": "answers people in",
    "planned": "does not answer yet",
}

# How each kind of operator says what it must report.
MUST = "we must report it to social services"
SHOULD = "we should report it to social services"
DECIDED = "TRIS has decided always to report"
FOR_WORK = "we do not report for you"

ALL_AGES = ("under_13", "13_15", "16_17", "18_20", "21_26", "over_26")


@dataclass(frozen=True)
class Told:
    """What the reports tell of one desk."""

    name: str
    reporting: str  # a phrase of its notice
    comes: str = "for-self"  # who it is there for first
    refused: tuple[str, ...] = ()  # audiences that are guided elsewhere
    why: str = ""  # and for which reason
    ages: tuple[str, ...] = ALL_AGES  # bands wholly inside
    partly: tuple[str, ...] = ()  # bands that overlap: let in, with the ages said
    years: str = ""  # the ages in words, where there are limits
    county: str | None = None
    under_18: tuple[str, ...] = ()  # phrases for who may be under 18
    limits: tuple[str, ...] = ()
    first_time: bool = False
    opens: str = ""  # said in the night, where the reports give hours
    planned: bool = False


def _for_work(name: str, **more: object) -> Told:
    """A desk for professionals only."""
    told = {"comes": "for-professional", "refused": YOUNG, "why": "professionals", "limits": ("ask in your work",)}
    return Told(name, FOR_WORK, **{**told, **more})  # type: ignore[arg-type]  # fields by name


_10_TO_26 = {"ages": ("13_15", "16_17", "18_20", "21_26"), "partly": ("under_13",), "years": "10–26 years old"}
_13_TO_26 = {"ages": ("13_15", "16_17", "18_20", "21_26"), "years": "13–26 years old"}
_15_TO_25 = {"ages": ("16_17", "18_20"), "partly": ("13_15", "21_26"), "years": "15–25 years old"}
_LAW = ("depends on the law", "The person on duty tells you")

DESKS = {
    "resursteam-heder-goteborg": Told(
        "Resource team Göteborg", MUST, county="vastra-gotaland", under_18=_LAW, limits=("Göteborg", "shorter time")
    ),
    "resurscentrum-fyrbodal": Told(
        "Resource centre Fyrbodal",
        MUST,
        county="vastra-gotaland",
        under_18=_LAW,
        limits=("advice, not a decision",),
        **_10_TO_26,  # type: ignore[arg-type]
    ),
    "resurscentra-gavleborg": _for_work("Resource centre Gävleborg", county="gavleborg", **_13_TO_26),
    "resursteam-heder-gavleborg": _for_work(
        "Resource team Gävleborg", county="gavleborg", limits=("no names are mentioned",)
    ),
    "resurscentrum-kronoberg": _for_work(
        "Resource centre Kronoberg", county="kronoberg", limits=("Others help those who are exposed themselves",)
    ),
    "resurscentra-norrbotten": _for_work("Resource centre Norrbotten", county="norrbotten"),
    "una-norrbotten": _for_work("Una Norrbotten", county="norrbotten", limits=("two hours every second week",)),
    "resursteam-heder-malmo": Told(
        "Resource team Malmö",
        MUST,
        county="skane",
        under_18=("13 or 14, the team meets you together with social services", "ask the person on duty"),
        limits=("Malmö", "about two years"),
        opens="answers again tomorrow at 07:00",
        **_15_TO_25,  # type: ignore[arg-type]
    ),
    "origo": Told(
        "Origo",
        MUST,
        county="stockholm",
        limits=("at most fifteen conversations", "always welcome back"),
        **_13_TO_26,  # type: ignore[arg-type]
    ),
    "tris": Told("TRIS", DECIDED, first_time=True),
    "somaya": Told("Somaya", SHOULD, refused=WORK, why="exposed", limits=("women, girls and LGBTQI people",)),
    "terrafem": Told("Terrafem", SHOULD, limits=("women and girls",)),
    "gapf": Told("GAPF", SHOULD),
    "tjejjouren-norrkoping": Told(
        "Tjejjouren Norrköping",
        SHOULD,
        refused=WORK,
        why="exposed",
        county="ostergotland",
        limits=("girls and young women in Norrköping",),
    ),
    # Its contacts come from other counties too.
    "kvinnojouren-jamtland": Told(
        "Kvinnojouren in Jämtland county", SHOULD, refused=WORK, why="exposed", limits=("women and their children",)
    ),
    "centrum-mot-vald-jamtland": Told("Centrum mot våld in Jämtland county", MUST, county="jamtland"),
    "nationella-kompetensteamet": _for_work("The national support line"),
    "regionkoordinatorer": Told("The region coordinators", MUST, limits=("sex for payment or trafficking",)),
    "barnahus-dalarna": Told(
        "Barnahus Dalarna", FOR_WORK, refused=EVERYBODY, why="planned", years="19 or younger", planned=True
    ),
}
ANSWERING = {id: told for id, told in DESKS.items() if not told.planned}
