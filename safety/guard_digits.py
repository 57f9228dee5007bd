"""What a row of digits can be: a date, a personal number, a number at home or abroad. Pure.

A personal number is six or eight digits of a date and four more, of which the last is a Luhn check digit; the day of a
coordination number is 60 higher (Skatteverket, SKV 707).
"""

PERSONAL, COORDINATION = "personnummer", "samordningsnummer"

CENTURIES = ("18", "19", "20")
_DOUBLED = {str(digit): 2 * digit // 10 + 2 * digit % 10 for digit in range(10)}
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def person(digits: str, *, checked: bool) -> str:
    """PERSONAL or COORDINATION when ten or twelve digits can be one; `checked`: only with the right check digit."""
    if len(digits) not in (10, 12) or (len(digits) == 12 and not digits.startswith(CENTURIES)):
        return ""
    short = digits[-10:]
    return dated(short) if not checked or _luhn(short) else ""


def dated(digits: str) -> str:
    """The same by a year, a month and a day of two digits each at the beginning."""
    month, day = int(digits[2:4]), int(digits[4:6])
    kind = PERSONAL if day <= 60 else COORDINATION
    day -= 0 if day <= 60 else 60
    return kind if 1 <= month <= 12 and 1 <= day <= _DAYS[month - 1] else ""


def _luhn(digits: str) -> bool:
    return (sum(map(_DOUBLED.__getitem__, digits[::2])) + sum(map(int, digits[1::2]))) % 10 == 0


def is_date(digits: str) -> bool:
    """Whether eight digits read as a day, a month and a year in one of the three usual orders."""
    if len(digits) != 8:
        return False
    first, last = (digits[:4], digits[4:6], digits[6:]), digits[4:]
    orders = (first, (last, digits[2:4], digits[:2]), (last, digits[:2], digits[2:4]))
    return any(
        year[:2] in ("19", "20") and 1 <= int(month) <= 12 and 1 <= int(day) <= 31 for year, month, day in orders
    )


def home(digits: str, *, plus: bool) -> str:
    """A Swedish number with its 0 in place of the country code; any other as it is."""
    if not plus:
        if not digits.startswith("0046"):
            return digits
        digits = digits[2:]
    return f"0{digits[2:].removeprefix('0')}" if digits.startswith("46") else digits


def is_abroad(digits: str) -> bool:
    """Whether digits can be a phone number with its country code (E.164: at most 15; one of 46 as Sweden's are)."""
    if digits[0] == "0" or not 8 <= len(digits) <= 15 or len(digits.rstrip("0")) < 4:
        return False
    rest = digits[2:].removeprefix("0")
    return not digits.startswith("46") or (7 <= len(rest) <= 9 and rest[0] != "0")
