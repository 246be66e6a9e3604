"""What words say of dates, years and percentages, in Finnish, Swedish and English."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from citygraph.dates import Bounds, parse, span

_MONTHS = {
    "fi": "tammi helmi maalis huhti touko kesä heinä elo syys loka marras joulu",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
    "en": "january february march april may june july august september october november december",
}
LANGUAGES = tuple(_MONTHS)
# After the month's stem or first letters: Finnish inflects, the others shorten ("nov.").
_NAMES = {
    "fi": "(?P<name>" + "|".join(_MONTHS["fi"].split()) + r")kuu\w*",
    "sv": r"(?P<name>" + "|".join(f"{m}|{m[:3]}" for m in _MONTHS["sv"].split()) + r"|sept)\b\.?",
    "en": r"(?P<name>" + "|".join(f"{m}|{m[:3]}" for m in _MONTHS["en"].split()) + r"|sept)\b\.?",
}
_SEASONS = {
    "fi": {21: r"kevä\w+", 22: r"kesä(?!kuu)\w*", 23: r"syks\w+", 24: r"talv\w+"},
    "sv": {21: r"vår(?:en|as)?", 22: r"som(?:mar\w*|ras)", 23: r"höst(?:en|as)?", 24: r"vint(?:er\w*|ras)"},
    "en": {21: "spring", 22: "summer", 23: "autumn|fall", 24: "winter"},
}
_EARLIER = r"aiemm\w+|aikaisemm\w+|ennestään|earlier|previously|before|tidigare|förut"
_BEFORE = r"ennen(?:\s+vuotta)?|before|innan|före(?:\s+år)?"
_RELATIVE = {
    "fi": r"(?:seuraavana|edellisenä|samana|viime|tänä|ensi)\s+vuonna",
    "sv": r"(?:nästa|följande|föregående|förra|samma)\s+år|i\s+fjol",
    "en": r"(?:the\s+)?(?:next|following|previous|same|last|this)\s+year",
}
# Not a decade: 1990s, 1990-luku, 1990-talet.
_YEAR = r"(1[5-9]\d\d|2[01]\d\d)(?!-luvu|-luku|-tale|s\b)"
_PERCENT = re.compile(
    r"(?<![\d.,])(\d{1,3}(?:\s\d{3}){1,3}|\d{1,9})([.,]\d{1,9})?\s{0,3}(?:%|prosent\w*|procent\w*|per\s?cent)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Mention:
    """Words for a time: any of year, month (21 to 24 for a season) and day, none for "the next year".

    `earlier` is for words such as "before".
    """

    words: str
    year: int | None = None
    month: int | None = None
    day: int | None = None
    earlier: bool = False


def known(tag: str) -> str | None:
    """The language of a tag such as `fi` or `en-GB` where its words for times are known here, else None."""
    language = tag.partition("-")[0].lower()
    return language if language in _MONTHS else None


@cache
def _patterns(lang: str) -> list[re.Pattern[str]]:
    """Regular expressions with groups d, m (number), name, season, y, most telling first."""
    name = _NAMES[lang]
    season = "|".join(f"(?P<s{number}>{words})" for number, words in _SEASONS[lang].items())
    year = rf"(?P<y>{_YEAR})"
    link = r"(?:\s*,)?(?:\s+(?:vuonna|vuoden|of|in|år))?\s+"
    texts = [
        rf"\b(?P<earlier>{_BEFORE})\s+{year}",
        rf"(?<!\d)(?P<d>\d{{1,2}})\.\s?(?P<m>\d{{1,2}})\.\s?{year}",
        rf"(?<!\d){year}-(?P<m>\d\d)-(?P<d>\d\d)(?!\d)",
        rf"(?<!\d)(?P<d>\d{{1,2}})(?:\.|st|nd|rd|th)?\s+(?:päivänä\s+|of\s+)?{name}(?:{link}{year}\b)?",
        rf"\b{name}\s+(?P<d>\d{{1,2}})(?:\.\s+päivänä(?:\s+vuonna)?|st|nd|rd|th)?,?\s+{year}\b",
        r"(?<![\d.])(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?!\d)",
        rf"\b{name}(?:{link}{year}\b)?",
        rf"\b(?:{season})(?:{link}{year})?\b",
        rf"(?<!\d){year}(?!\d)",
        rf"\b(?:{_RELATIVE[lang]})\b",
        rf"\b(?P<earlier>{_EARLIER})\b",
    ]
    return [re.compile(text, re.IGNORECASE) for text in texts]


def times(text: str, language: str) -> Iterator[Mention]:
    """Every time that `text` mentions, each stretch of words once, the most telling reading first."""
    taken: list[tuple[int, int]] = []
    lang = known(language) or "en"
    for pattern in _patterns(lang):
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(start < e and s < end for s, e in taken) or (lang == "en" and _no_time(match)):
                continue
            taken.append((start, end))
            parts = {key: value for key, value in match.groupdict().items() if value}
            month = int(parts["m"]) if "m" in parts else None
            if "name" in parts:
                start_of = parts["name"].lower()[:3] if lang != "fi" else parts["name"].lower()
                month = [m.startswith(start_of) for m in _MONTHS[lang].split()].index(True) + 1
            for season in (21, 22, 23, 24):
                month = season if f"s{season}" in parts else month
            yield Mention(
                match.group().strip(),
                int(parts["y"]) if "y" in parts else None,
                month,
                int(parts["d"]) if "d" in parts else None,
                "earlier" in parts,
            )


def _no_time(match: re.Match[str]) -> bool:
    """Whether an English word only looks like a month or season: "may join", "a march", "a fall in emissions"."""
    word = match.group().lower()
    if word in ("may", "march", "mar"):
        return match.group().islower()
    before, after = match.string[: match.start()], match.string[match.end() :]
    steady = re.search(r"\b(?:last|this|next|the|in|since|by)\s+$", before, re.IGNORECASE)
    return word == "fall" and (steady is None or re.match(r"\s+(?:in|of)\s+(?!\d)", after) is not None)


def percentages(text: str) -> set[float]:
    """The numbers before a percent sign or word."""
    return {_percent(match) for match in _PERCENT.finditer(text)}


def _percent(match: re.Match[str]) -> float:
    return float(re.sub(r"\s", "", match.group(1)) + (match.group(2) or "").replace(",", "."))


#: Words before a percentage that a fact says with `qualifier`.
_QUALIFIERS = {
    "at least": "vähintään|ainakin|minst|åtminstone|at least",
    "at most": "enintään|korkeintaan|högst|at most|up to",
    "more than": "yli|över|mer än|more than|over",
    "about": "noin|suunnilleen|lähes|nästan|nearly|almost|omkring|cirka|ungefär|about|around|approximately",
}
_QUALIFIED = re.compile(
    "|".join(rf"\b(?P<{name.replace(' ', '_')}>{words})" for name, words in _QUALIFIERS.items()), re.IGNORECASE
)


def qualifier(text: str, percent: float) -> str:
    """How the words put a percentage: `at least`, `more than`, `about`, or the empty string for none of them."""
    for match in _PERCENT.finditer(text):
        if _percent(match) == percent:
            before = list(_QUALIFIED.finditer(text, 0, match.start()))
            if before and not text[before[-1].end() : match.start()].strip():
                return str(before[-1].lastgroup).replace("_", " ")
    return ""


#: Stems of one to twelve, the longer first where one begins another.
_NUMERALS = {
    "fi": "yks|yhde|yht|yhte,kaks|kahde|kaht|kahte,kolm,nelj,viis|viide|viit,kuus|kuude|kuut,seitsem,kahdeks,yhdeks,"
    "kymmen,yksitoista,kaksitoista",
    "sv": "en|ett,två,tre,fyra,fem,sex,sju,åtta,nio,tio,elva,tolv",
    "en": "one,two,three,four,five,six,seven,eight,nine,ten,eleven,twelve",
}


def numbers(text: str, language: str) -> set[int]:
    """Whole numbers in digits, and one to twelve in words."""
    lang = known(language) or "en"
    found = {
        int(re.sub(r"\s", "", digits)) for digits in re.findall(r"(?<!\d)\d{1,3}(?:\s\d{3}){1,4}(?!\d)|\d{1,18}", text)
    }
    stems = sorted(
        ((stem, number) for number, stems in enumerate(_NUMERALS[lang].split(","), 1) for stem in stems.split("|")),
        key=lambda pair: -len(pair[0]),
    )
    for word in re.findall(r"[^\W\d_]+", text.lower()):
        whole = lang != "fi"  # Finnish numerals inflect
        hit = next((n for stem, n in stems if word == stem or (not whole and word.startswith(stem))), None)
        found |= {hit} if hit else set()
    return found


def years(mentions: Sequence[Mention]) -> set[int]:
    """The years that the mentions name."""
    return {mention.year for mention in mentions if mention.year is not None}


@dataclass(frozen=True)
class Support:
    """How words bear a date: `shown`, `sharper` (than the words), `yearless` (the year is not in them), `absent`."""

    verdict: str
    words: str = ""
    means: str = ""


def support(edtf: str, mentions: Sequence[Mention], published: Bounds | None, year_from: str | None) -> Support:
    """Whether the mentions bear an EDTF date that parses.

    A date may be as sharp as its words or coarser. Where the words give no year, `year_from` says whence the curator
    took it: `publication` or `context`. The open end of `../X` needs no words when X is the day of publication.
    """
    whole = parse(edtf)
    points = [part for part in edtf.split("/") if part != ".."]
    if "/" in edtf and len(points) == 1 and published and whole.latest == published.latest:
        earlier = next((mention.words for mention in mentions if mention.earlier), "")
        return Support("shown", earlier)
    for mention in mentions:
        if mention.earlier and mention.year and "/" in edtf and whole == Bounds(None, span(mention.year - 1).latest):
            return Support("shown", mention.words)
    verdicts = [_point(parse(point), mentions, published, year_from) for point in points]
    order = ("absent", "sharper", "yearless", "shown")
    worst = min(verdicts, key=lambda verdict: order.index(verdict.verdict))
    if worst.verdict == "shown" and len(verdicts) == 2 and verdicts[0].words != verdicts[1].words:
        return Support("shown", f"{verdicts[0].words} … {verdicts[1].words}")
    return worst


def _point(date: Bounds, mentions: Sequence[Mention], published: Bounds | None, year_from: str | None) -> Support:
    assert date.earliest is not None
    known = years(mentions)
    blurred: Support | None = None
    yearless: Support | None = None
    for mention in mentions:
        if mention.earlier:
            continue
        candidates = {mention.year} if mention.year else set(known)
        guessed = False
        if not mention.year:
            if year_from == "publication" and published and published.latest:
                candidates.add(published.latest.year)
            elif year_from == "context" or not year_from:
                guessed = not year_from and date.earliest.year not in candidates
                candidates.add(date.earliest.year)
        for year in sorted(year for year in candidates if year):
            try:
                said = span(year, mention.month, mention.day)
            except ValueError:
                continue
            means = f"{year:04d}" + "".join(f"-{n:02d}" for n in (mention.month, mention.day) if n)
            if date.covers(said):
                if not guessed:
                    return Support("shown", mention.words)
                yearless = yearless or Support("yearless", mention.words)
            elif date.meets(said) and (blurred is None or len(means) > len(blurred.means)):
                blurred = Support("sharper", mention.words, means)
    return yearless or blurred or Support("absent")
