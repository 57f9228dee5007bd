"""The word lists: neutral, apart from one another, readable however they were typed, and never changed."""

import hashlib
import unicodedata

import pytest

from safety.wordlists import COUNT, LANGUAGES, fold, numbers, parts, words

# A changed list closes every code that was given out: a new list needs a new name, never these.
DIGESTS = {
    "sv": "1a0382d879af6a7c",
    "en": "8b878c9a03590faa",
    "ar": "c369d69c75788fda",
    "fa": "a19b8ade4933535b",
    "so": "9d873143895b8ab1",
    "ckb": "7107a757a53bf975",
    "ti": "3db39ff36a6ec768",
}
SCRIPTS = dict.fromkeys(("sv", "en", "so"), "LATIN") | dict.fromkeys(("ar", "fa", "ckb"), "ARABIC") | {"ti": "ETHIOPIC"}
# Beginnings that no word may have, folded: violence, weapons, family, religion, politics, police, drink, death.
UNWANTED = {
    "sv": "kniv vapen pistol gevar bomb slag slå död mord blod krig hot hat våld mamma pappa mor far bror syst son"
    " dotter brud hustru man kvinna flicka pojk gud kyrk moské präst imam bön himmelrik djävul helvet polis"
    " fängel domstol"
    " parti val regering minister kung heder skam slöj vin öl sprit gift sex drog",
    "en": "knife weapon pistol gun bomb kill dead death murder blood war threat hate mother father brother sister"
    " daughter uncle aunt bride husband wife woman girl boy god church mosque priest imam pray devil hell"
    " police prison court"
    " party vote minister king honour shame veil wine beer poison sex drug axe sword",
    "ar": "سكين سلاح مسدس بندقية قنبلة قتل موت دم حرب تهديد كره أم أب أخ أخت ابن بنت عم خال عروس زوج الله مسجد كنيسة"
    " صلاة إمام شيطان جهنم شرطة سجن محكمة حزب وزير ملك شرف عار حجاب نبيذ خمر سم",
    "fa": "چاقو اسلحه تفنگ بمب قتل مرگ خون جنگ تهدید نفرت مادر پدر برادر خواهر پسر دختر عمو عروس شوهر خدا مسجد کلیسا"
    " نماز امام شیطان جهنم پلیس زندان دادگاه حزب وزیر شاه ناموس شرم حجاب شراب سم",
    "so": "mindi hub qori bastoolad bambo dil dhimasho dhiig dagaal hanjabaad hooyo aabbe walaal wiil gabadh gabar"
    " adeer abti aroos ilaah masaajid kaniisad salaad imaam shaydaan booliis xabsi maxkamad xisbi wasiir boqor sharaf"
    " ceeb xijaab khamri sun",
    "ckb": "چەقۆ چەک دەمانچە تفەنگ بۆمب کوشت مردن خوێن شەڕ هەڕەشە ڕق دایک باوک برا خوشک کوڕ کچ مام خاڵۆ بووک مێرد خوا"
    " مزگەوت کەنیسە نوێژ شەیتان پۆلیس زیندان دادگا پارت وەزیر پاشا شەرەف شەرم حیجاب شەراب ژەهر",
    "ti": "ካራ ብረት ሽጉጥ ጠበንጃ ቦምባ ቅትለት ሞት ደም ኲናት ጽልኢ ኣደ ኣቦ ሓው ሓፍቲ ወዲ ጓል መርዓ ሰብኣይ ሰበይቲ እግዚኣብሄር መስጊድ ቤተክርስትያን"
    " ጸሎት ሰይጣን ፖሊስ ቤትማእሰርቲ ፍርዲ ሰልፊ ሚኒስተር ንጉስ ክብሪ ሕፍረት መሸፈኒ ወይኒጠጅ መርዚ",
}
# Whole words only for short ones: "war" must not forbid "warm", nor "man" the mandarin.
SHORT = 5


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_list_has_1024_words_that_fold_apart(language: str) -> None:
    assert len(words(language)) == COUNT == len(numbers(language))
    assert list(words(language)) == [unicodedata.normalize("NFC", word) for word in words(language)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_words_differ_by_one_letter_only(language: str) -> None:
    seen: dict[str, str] = {}
    for word in map(fold, words(language)):
        shapes = {word[:n] + "*" + word[n + 1 :] for n in range(len(word))}  # a letter exchanged
        shapes |= {word[:n] + "*" + word[n:] for n in range(len(word) + 1)}  # a letter left out of the other
        for shape in shapes:
            assert seen.setdefault(shape, word) == word


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_short_and_in_the_script_of_the_language(language: str) -> None:
    for word in words(language):
        assert (2 if language == "ti" else 3) <= len(word) <= 9
        assert all(unicodedata.name(c).startswith(SCRIPTS[language]) for c in word), word


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_speaks_of_violence_family_faith_or_power(language: str) -> None:
    whole = {fold(word) for word in UNWANTED[language].split()}
    beginnings = tuple(word for word in whole if len(word) > SHORT)
    assert [w for w in map(fold, words(language)) if w in whole or w.startswith(beginnings)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_list_never_changes(language: str) -> None:
    assert hashlib.sha256("\n".join(words(language)).encode()).hexdigest()[:16] == DIGESTS[language]


def test_reading_forgives_case_marks_and_what_stands_between() -> None:
    assert parts("1. Älg,\n2) BJÖRN -- hare") == ["alg", "bjorn", "hare"]
    assert fold("أرنب") == fold("ارنب") and fold("مَدرسة") == fold("مدرسه")
    assert fold("کتاب") == fold("كتاب") and fold("ڕۆژ") == fold("روز")
    assert fold("ሠላም") == fold("ሰላም")


def test_a_language_without_a_list_is_refused() -> None:
    with pytest.raises(KeyError):
        words("../sv")
