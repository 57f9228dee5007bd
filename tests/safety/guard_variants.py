"""Texts with something planted in them that tells who somebody is: generated, the same every time.

Numbers are fictitious: phone numbers from what PTS keeps for fiction (070-174 06 05 to 070-174 06 99), personal numbers
drawn at random with a right check digit.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

SEED = 1
DIGITS = "٠۰߀०০੦૦୦௦౦೦൦෦๐໐༠၀០᠐０𝟎𝟘𝟬𝟶𖩠"  # the zero of other decimal digits; the other nine follow it
UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u061c\u180e\u034f\ufe0f"
SPACES = " \u00a0\u2009\u202f\u3000\t"
DASHES = "-‐‑‒–—−﹣－"
ODD = "._/*~|•·^"

STREETS = [
    "Storgatan", "Kungsgatan", "Björkvägen", "Ringvägen", "Ekstigen", "Trädgårdsgatan", "Brogränd", "Nytorget",
    "Lindallén", "Parkgatan",
]  # fmt: skip

CARRIERS = [
    "{}", "hej {}", "{} alltså", "ring mig {} snälla", "kan ni skriva till {} istället?", "det är {}, ok?", "({})",
    "jag är 16 år och {} om ni behöver", "asså {} men säg inget hemma", "min grej: {}", "{}\ntack", "sms:a {}!!",
    "my friend says {} is fine", "please use {} not the other one", "ok so {} and i am 15", "📱 {} 🙏", "“{}”", "{}.",
    "han har kollat min mobil sen 2024-03-01 och nu {}", "klockan 15.30 sen {}",
    "مرحبا {}", "سلام {} مرسی", "ሰላም {} የቐንየለይ",
]  # fmt: skip


@dataclass(frozen=True)
class Planted:
    """A text, where the planted part stands in it (code points), and its kind."""

    text: str
    start: int
    end: int
    kind: str


def planted() -> list[Planted]:
    """Every variant: kinds in turn, each many times."""
    draw = random.Random(SEED)
    return [
        _carried(draw, kind, vary(draw))
        for kind, vary, times in (
            ("personnummer", _personal, 400),
            ("samordningsnummer", _coordination, 250),
            ("phone", _mobile, 300),
            ("phone", _landline, 150),
            ("phone", _abroad, 150),
            ("email", _email, 200),
            ("url", _url, 150),
            ("handle", _handle, 150),
            ("address", _address, 250),
            ("name_cue", _cue, 300),
        )
        for _ in range(times)
    ]


def _carried(draw: random.Random, kind: str, core: str) -> Planted:
    before, _, after = draw.choice(CARRIERS).partition("{}")
    return Planted(before + core + after, len(before), len(before) + len(core), kind)


def luhn_digit(nine: str) -> str:
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(nine))
    return str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def person_digits(draw: random.Random, shift: int = 0) -> tuple[str, str, str]:
    """Century and year, month and day, last four."""
    year, month, day = draw.randint(1940, 2015), draw.randint(1, 12), draw.randint(1, 28)
    nine = f"{year % 100:02}{month:02}{day + shift:02}{draw.randint(0, 999):03}"
    return str(year), nine[2:6], nine[6:] + luhn_digit(nine)


def _personal(draw: random.Random) -> str:
    return _person(draw, 0)


def _coordination(draw: random.Random) -> str:
    return _person(draw, 60)


def _person(draw: random.Random, shift: int) -> str:
    year, day, last = person_digits(draw, shift)
    long = draw.random() < 0.5
    date = (year if long else year[2:]) + day
    if not long and date.startswith(("07", "00")):  # in ten digits without a sign it may as well be a phone number
        date, long = year + day, True
    dash = draw.choice(DASHES)
    shapes: list[Callable[[], str]] = [
        lambda: f"{date}{dash}{last}",
        lambda: f"{date}{last}",
        lambda: f"{date} {last}",
        lambda: f"{date} {dash} {last}",
        lambda: f"{date}{draw.choice(ODD)}{last}",
        lambda: f"{date}{draw.choice(SPACES)}{last}",
        lambda: f"{date[:-4]}{dash}{date[-4:-2]}{dash}{date[-2:]}{dash}{last}",
        lambda: f"{date[:-4]} {date[-4:-2]} {date[-2:]} {last}",
        lambda: f"{date[:-4]}/{date[-4:-2]}/{date[-2:]} {dash} {last}",
        lambda: " ".join(date + last),
        lambda: draw.choice("-._").join(date + last),
    ]
    return _disguise(draw, draw.choice(shapes)())


def _disguise(draw: random.Random, text: str) -> str:
    """Half of them as they are; else digits of another script, signs without width, or both."""
    how = draw.random()
    if 0.4 < how < 0.7 or how > 0.9:
        zero = draw.choice(DIGITS)
        text = "".join(chr(ord(zero) + int(sign)) if sign in "0123456789" else sign for sign in text)
    if how > 0.7:
        at = sorted(draw.sample(range(1, len(text)), min(3, len(text) - 1)), reverse=True)
        for place in at:
            text = text[:place] + draw.choice(UNSEEN) + text[place:]
    return text


def _mobile(draw: random.Random) -> str:
    last = f"{draw.randint(605, 699):04}"
    home = f"070174{last}"
    if draw.random() < 0.4:
        home = draw.choice(["072", "073", "076", "079"]) + f"{draw.randint(0, 9_999_999):07}"
    prefix, rest = home[:3], home[3:]
    dash = draw.choice(DASHES)
    shapes: list[Callable[[], str]] = [
        lambda: f"{prefix}{dash}{rest[:3]} {rest[3:5]} {rest[5:]}",
        lambda: f"{prefix}{dash}{rest}",
        lambda: f"{prefix} {rest[:3]} {rest[3:5]} {rest[5:]}",
        lambda: f"{prefix}.{rest[:3]}.{rest[3:5]}.{rest[5:]}",
        lambda: f"({prefix}) {rest[:3]} {rest[3:]}",
        lambda: f"{prefix}/{rest[:3]} {rest[3:]}",
        lambda: f"{prefix}{draw.choice(ODD)}{rest[:3]}{draw.choice(ODD)}{rest[3:5]}{draw.choice(ODD)}{rest[5:]}",
        lambda: f"{prefix}{draw.choice(SPACES)}{rest}",
        lambda: " ".join(home),
        lambda: draw.choice("-._*").join(home),
        lambda: f"+46{home[1:]}",
        lambda: f"+46 {home[1:3]} {rest[:3]} {rest[3:5]} {rest[5:]}",
        lambda: f"+46 (0){home[1:3]}{dash}{rest[:3]} {rest[3:]}",
        lambda: f"0046 {home[1:3]} {rest}",
        lambda: f"0046{home[1:]}",
        lambda: f"(+46) {home[1:3]}{dash}{rest}",
        lambda: f"{prefix}-{rest}".replace("0", "o"),
    ]
    if "0" not in (rest[0], rest[2]):  # ten digits in one can be a coordination number: then the kind is a guess
        shapes.append(lambda: f"076{rest}")
    return _disguise(draw, draw.choice(shapes)())


def _landline(draw: random.Random) -> str:
    area = draw.choice(["08", "031", "040", "018", "019", "021", "013", "011", "036", "090", "0455", "0522", "0650"])
    rest = f"{draw.randint(2, 9)}{draw.randint(0, 99_999):05}"
    if area == "08":
        rest += str(draw.randint(10, 99))
    dash = draw.choice(DASHES)
    shapes: list[Callable[[], str]] = [
        lambda: f"{area}{dash}{rest}",
        lambda: f"{area}{dash}{rest[:2]} {rest[2:4]} {rest[4:]}",
        lambda: f"{area}{dash}{rest[:3]} {rest[3:]}",
        lambda: f"{area} {rest[:3]} {rest[3:]}",
        lambda: f"({area}) {rest[:3]} {rest[3:]}",
        lambda: f"+46 {area[1:]} {rest[:3]} {rest[3:]}",
        lambda: f"0046{area[1:]}{rest}",
    ]
    return _disguise(draw, draw.choice(shapes)())


def _abroad(draw: random.Random) -> str:
    def some(count: int) -> str:
        return f"{draw.randint(1, 9)}" + "".join(str(draw.randint(0, 9)) for _ in range(count - 1))

    shapes: list[Callable[[], str]] = [
        lambda: f"+44 7700 900{draw.randint(100, 999)}",
        lambda: f"07700 900{draw.randint(100, 999)}",
        lambda: f"+98 912 {some(3)} {some(4)}",
        lambda: f"0912 {some(3)} {some(4)}",
        lambda: f"+964 750 {some(3)} {some(4)}",
        lambda: f"0750 {some(3)} {some(4)}",
        lambda: f"00963 94 {some(3)} {some(4)}",
        lambda: f"+252 61 {some(7)}",
        lambda: f"+291 7 {some(6)}",
        lambda: f"+47{some(8)}",
        lambda: f"0045 {some(2)} {some(2)} {some(2)} {some(2)}",
        lambda: f"+1 ({draw.randint(2, 9)}{some(2)}) {some(3)}-{some(4)}",
        lambda: f"({draw.randint(2, 9)}12) 555-01{draw.randint(10, 99)}",
        lambda: f"212-555-01{draw.randint(10, 99)}",
    ]
    return _disguise(draw, draw.choice(shapes)())


def _email(draw: random.Random) -> str:
    local = draw.choice(
        ["sara.ali", "sara_04", "amina", "hej99", "noor-a", "zozo.k", "rojin.b07", "lillan+chat", "åsa.öberg"]
    )
    host, end = draw.choice(
        [("gmail", "com"), ("hotmail", "com"), ("exempel", "se"), ("icloud", "com"), ("skola.exempel", "nu")]
    )
    shapes: list[Callable[[], str]] = [
        lambda: f"{local}@{host}.{end}",
        lambda: f"{local.upper()}@{host.title()}.{end.upper()}",
        lambda: f"{local} @ {host}.{end}",
        lambda: f"{local}@{host} . {end}",
        lambda: f"{local} (at) {host}.{end}",
        lambda: f"{local}[at]{host}[dot]{end}",
        lambda: f"{local} (a) {host} . {end}",
        lambda: f"{local}(snabel-a){host}.{end}",
        lambda: f"{local} snabel-a {host} punkt {end}",
        lambda: f"{local} snabela {host}.{end}",
        lambda: f"{local} at {host} dot {end}",
        lambda: f"{local}＠{host}．{end}",
        lambda: _wide(f"{local}@{host}.{end}"),
        lambda: f"{local}@{host}\u200b.{end}",
        lambda: f"{local}﹫{host}。{end}",
        lambda: f"{local} at gmail.com",
        lambda: f"{local}@gmail",
        lambda: f"{local}@{host},{end}",
    ]
    return draw.choice(shapes)()


def _wide(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


def _url(draw: random.Random) -> str:
    name = draw.choice(["exempel", "min-blogg", "saras-sida", "abc123", "flickan"])
    shapes: list[Callable[[], str]] = [
        lambda: f"https://{name}.se/sida?x=1",
        lambda: f"http://www.{name}.com",
        lambda: f"www.{name}.nu/hej",
        lambda: f"{name}.se",
        lambda: f"{name}.com/u/42",
        lambda: f"instagram.com/{name}",
        lambda: f"t.me/{name}",
        lambda: f"wa.me/{draw.randint(100, 999)}{draw.randint(100_000, 999_999)}",
        lambda: f"discord.gg/{name}",
        lambda: f"youtu.be/{name}",
        lambda: f"hxxps://{name}.net/a",
        lambda: f"{name}[.]com",
        lambda: f"{name} (dot) com",
        lambda: f"{name} punkt se",
        lambda: f"www . {name} . se",
        lambda: _wide(f"www.{name}.se"),
        lambda: f"HTTPS://{name.upper()}.ORG/",
        lambda: f"{name}.nu/bilder",
        lambda: f"https://192.0.2.{draw.randint(1, 254)}/x",
    ]
    return draw.choice(shapes)()


def _handle(draw: random.Random) -> str:
    name = draw.choice(["sara_01", "amina.k", "zozo2008", "noor__x", "rojin07", "x_lilla_x"])
    place = draw.choice(["snap", "insta", "tiktok", "Snapchat", "ig", "discord", "telegram"])
    shapes: list[Callable[[], str]] = [
        lambda: f"@{name}",
        lambda: f"@{name.upper()}",
        lambda: f"＠{name}",
        lambda: f"@{name[:3]}\u200d{name[3:]}",
        lambda: f"min {place} är {name}",
        lambda: f"{place}: {name}",
        lambda: f"my {place} is {name}",
        lambda: f"{place} = @{name}",
        lambda: f"lägg till mig på {place} {name}",
        lambda: f"min {place} heter {draw.choice(['saraali', 'aminakk', 'zozozo'])}",
        lambda: f"{name.replace('_', '').replace('.', '')}#{draw.randint(1000, 9999)}",
    ]
    return draw.choice(shapes)()


def _address(draw: random.Random) -> str:
    street = draw.choice(STREETS)
    number = draw.randint(1, 140)
    letter = draw.choice(["", "", "B", " C"])
    town = draw.choice(["Stockholm", "Göteborg", "malmö", "Örebro", "GÄVLE", "Umeå"])
    code = f"{draw.randint(120, 980)} {draw.randint(10, 99)}"
    shapes: list[Callable[[], str]] = [
        lambda: f"{street} {number}{letter}",
        lambda: f"{street.lower()} {number}{letter}",
        lambda: f"{street.upper()} {number}",
        lambda: f"{street} {number}{letter}, {code} {town}",
        lambda: f"{code} {town}",
        lambda: f"SE-{code} {town}",
        lambda: f"{code.replace(' ', '')} {town}",
        lambda: f"{draw.choice(['Norra', 'Södra', 'Västra', 'Stora'])} vägen {number}",
        lambda: f"Olof Palmes gata {number}",
        lambda: f"{street[:3]}\u00ad{street[3:]} {number}",
        lambda: _wide(street[:-1].replace("ä", "a").replace("å", "a").replace("ö", "o")) + f"{street[-1]} {number}",
        lambda: f"{number} {draw.choice(['Baker Street', 'Elm Road', 'High street', 'oak avenue', 'Church Lane'])}",
        lambda: f"{number} {draw.choice(['Maple Drive', 'Abbey Rd', 'Park Place', 'Mill Close'])}",
        lambda: f"SW{draw.randint(1, 9)}A {draw.randint(1, 9)}AA",
        lambda: f"min adress är {street} {number}",
        lambda: f"my address is flat {draw.randint(2, 9)}, {number} Elm Road",
        lambda: f"شارع النور {number}",
        lambda: f"خیابان آزادی پلاک {number}",
        lambda: f"portkoden är {draw.randint(1000, 9999)}",
    ]
    return draw.choice(shapes)()


def _cue(draw: random.Random) -> str:
    name = draw.choice(["Sara", "sara", "Amina Hassan", "Åsa", "Noor", "rojin", "Anna-Karin", "HODAN", "Zeynep", "ali"])
    shapes: list[Callable[[], str]] = [
        lambda: f"jag heter {name}",
        lambda: f"Jag heter faktiskt {name}",
        lambda: f"ja heter {name}",
        lambda: f"jag hetr {name}",
        lambda: f"JAG HETER {name.upper()}",
        lambda: f"mitt namn är {name}",
        lambda: f"mitt riktiga namn är {name}",
        lambda: f"mitt namn: {name}",
        lambda: f"min bror heter {name}",
        lambda: f"hans namn är {name}",
        lambda: f"my name is {name}",
        lambda: f"my name's {name}",
        lambda: f"my real name is {name}",
        lambda: f"I'm called {name}",
        lambda: f"i’m called {name}",
        lambda: f"i am called {name}",
        lambda: f"his name is {name}",
        lambda: f"jag he\u200bter {name}",
        lambda: f"ｊａｇ　ｈｅｔｅｒ　{name}",
        lambda: f"jag bor på {draw.choice(['Rosengård', 'Lidingö', 'Storgatan', 'björkvägen'])}",
        lambda: f"min skola heter {draw.choice(['Vasaskolan', 'katedralskolan', 'Tensta gymnasium'])}",
        lambda: f"jag går på {draw.choice(['Vasaskolan', 'katedralskolan', 'Tensta gymnasium', 'Kunskapsgymnasiet'])}",
        lambda: f"my school is called {draw.choice(['Vasaskolan', 'Baker High'])}",
        lambda: f"i live on {draw.choice(['Maple', 'Storgatan', 'Elm'])}",
        lambda: f"اسمي {draw.choice(['سارة', 'نور', 'أمينة'])}",
        lambda: f"أنا اسمي {draw.choice(['سارة', 'نور', 'أمينة'])}",
        lambda: f"اسم من {draw.choice(['سارا', 'زهرا', 'لیلا'])}",
        lambda: f"اسمم {draw.choice(['سارا', 'زهرا', 'لیلا'])} است",
        lambda: f"من {draw.choice(['سارا', 'زهرا', 'لیلا'])} نام دارم",
        lambda: f"ناوم {draw.choice(['ژینە', 'شیلان', 'ڕۆژین'])}",
        lambda: f"ناوی من {draw.choice(['ژینە', 'شیلان', 'ڕۆژین'])}",
        lambda: f"magacaygu waa {draw.choice(['Hodan', 'ayaan', 'Faadumo'])}",
        lambda: f"waxaa la i yiraahdaa {draw.choice(['Hodan', 'ayaan', 'Faadumo'])}",
        lambda: f"ስመይ {draw.choice(['ሳራ', 'ሰላም', 'ሮዛ'])} እዩ",
        lambda: f"ኣነ {draw.choice(['ሳራ', 'ሰላም', 'ሮዛ'])} እበሃል",
    ]
    return draw.choice(shapes)()


def by_kind(variants: list[Planted]) -> Iterator[tuple[str, list[Planted]]]:
    for kind in dict.fromkeys(each.kind for each in variants):
        yield kind, [each for each in variants if each.kind == kind]
