"""The words of the pictures in English, Finnish and Swedish; names of things come from the graph."""

from __future__ import annotations

from collections.abc import Sequence

#: Word to its text in English, Finnish and Swedish.
WORDS: dict[str, tuple[str, str, str]] = {
    "not-drawn": ("{0} without a date are not drawn", "{0} ilman ajankohtaa ei ole kuvassa",
                  "{0} utan tid visas inte i bilden"),
    "more-rows": ("{0} more are not drawn", "{0} muuta ei ole kuvassa", "{0} till visas inte i bilden"),
    "home": ("this city", "tämä kaupunki", "denna stad"),
    "map": ("Cities and how many networks they are in", "Kaupungit ja niiden verkostojen määrä",
            "Städer och hur många nätverk de är med i"),
    "map-of": ("Members of {0}", "{0}: jäsenet", "Medlemmar i {0}"),
    "cities": ("{0} cities with coordinates", "{0} kaupunkia, joilla on koordinaatit", "{0} städer med koordinater"),
    "city": ("1 city with coordinates", "1 kaupunki, jolla on koordinaatit", "1 stad med koordinater"),
    "outside": ("{0} outside the frame", "{0} kuvan ulkopuolella", "{0} utanför bilden"),
    "networks": ("Networks", "Verkostoja", "Nätverk"),
    "class-none": ("no membership in force told", "ei kerrottua voimassa olevaa jäsenyyttä",
                   "inget gällande medlemskap anges"),
    "class-implicit": ("implicit only", "vain pääteltävissä", "endast underförstått"),
    "more": ("{0} or more", "vähintään {0}", "{0} eller fler"),
    "timeline": ("{0}: memberships and cooperation", "{0}: jäsenyydet ja yhteistyö",
                 "{0}: medlemskap och samarbete"),
    "timeline-all": ("Members who joined, by year", "Liittyneet jäsenet vuosittain", "Nya medlemmar per år"),
    "how-timeline": ("Light: it began or ended on some day of these. Dark: told as lasting. Faded: no beginning told. "
                     "Hollow mark: implicit.",
                     "Vaalea: alkoi tai päättyi jonakin näistä päivistä. Tumma: lähteen mukaan voimassa. "
                     "Häipyvä: alkua ei kerrota. Ontto merkki: pääteltävissä.",
                     "Ljust: började eller slutade någon av dessa dagar. Mörkt: uppges pågå. "
                     "Tonat: ingen början anges. Ihåligt märke: underförstått."),
    "how-joiners": ("Only those whose year of joining is told", "Vain ne, joiden liittymisvuosi kerrotaan",
                    "Endast de vars anslutningsår anges"),
    "how-parts": ("Parts follow their network with a dash", "Osat ovat verkostonsa alla ajatusviivoin",
                  "Delar står under sitt nätverk med ett streck"),
    "year": ("Year", "Vuosi", "År"),
    "joined": ("Joined in the year", "Vuoden aikana liittyneet", "Nya under året"),
    "total": ("Joined by its end", "Vuoden loppuun mennessä", "Anslutna vid årets slut"),
    "members": ("Members", "Jäseniä", "Medlemmar"),
    "undated": ("no date told", "ajankohtaa ei kerrota", "ingen tid anges"),
    "unnamed": ("not named: “{0}”", "nimeämättä: ”{0}”", "ej namngiven: ”{0}”"),
    "member": ("member", "jäsen", "medlem"),
    "coordinator": ("coordinator", "koordinaattori", "samordnare"),
    "cooperation": ("cooperation", "yhteistyö", "samarbete"),
    "twinning": ("twinning", "ystävyyskaupunki", "vänort"),
    "kind": ("Kind", "Laji", "Slag"),
    "reading": ("Reading", "Luenta", "Läsning"),
    "explicit": ("explicit", "sanottu", "uttryckligt"),
    "implicit": ("implicit", "pääteltävissä", "underförstått"),
    "on hold": ("on hold", "tauolla", "vilande"),
    "source": ("Source", "Lähde", "Källa"),
    "date": ("Date", "Aika", "Tid"),
    "until": ("by {0}", "viimeistään {0}", "senast {0}"),
    "from": ("from {0} on", "{0} alkaen", "från {0}"),
    "network": ("Members by network", "Jäsenet verkostoittain", "Medlemmar per nätverk"),
    "network-of": ("{0}: relations to networks and partners", "{0}: suhteet verkostoihin ja kumppaneihin",
                   "{0}: förbindelser med nätverk och partner"),
    "part": ("part of {0}", "osa: {0}", "del av {0}"),
    "standing": ("Membership", "Jäsenyys", "Medlemskap"),
    "told": ("told by a source", "lähteen kertoma", "enligt en källa"),
    "not in force": ("ended or on hold", "päättynyt tai tauolla", "avslutat eller vilande"),
    "others": ("and {0} smaller networks", "ja {0} pienempää verkostoa", "och {0} mindre nätverk"),
    "gaps": ("Own targets beside the network’s minimum", "Omat tavoitteet verkoston vähimmäistavoitteen rinnalla",
             "Egna mål jämförda med nätverkets minimum"),
    "cut": ("Own target: cut in per cent", "Oma tavoite: vähennys prosentteina", "Eget mål: minskning i procent"),
    "minimum": ("minimum {0} %", "vähintään {0} %", "minst {0} %"),
    "comparisons": ("{0} comparisons of an own target with a minimum",
                    "{0} oman tavoitteen vertailua vähimmäistavoitteeseen",
                    "{0} jämförelser av ett eget mål med ett minimum"),
    "comparison": ("1 comparison of an own target with a minimum",
                   "1 oman tavoitteen vertailu vähimmäistavoitteeseen",
                   "1 jämförelse av ett eget mål med ett minimum"),
    "by": ("own target for {0}", "oma tavoite vuodelle {0}", "eget mål för {0}"),
    "no-year": ("own target without a year", "oma tavoite ilman vuotta", "eget mål utan år"),
    "number": ("Own targets", "Omia tavoitteita", "Egna mål"),
    "verdict": ("Against the minimum", "Vähimmäistavoitteeseen nähden", "Mot minimum"),
    "met": ("met", "täyttää", "uppfyllt"),
    "short": ("short of it", "jää alle", "under minimum"),
    "not comparable": ("not comparable", "ei verrattavissa", "ej jämförbart"),
    "name": ("City", "Kaupunki", "Stad"),
    "sources": ("Sources", "Lähteet", "Källor"),
    "and-more": ("and {0} more", "ja {0} muuta", "och {0} till"),
    "outlines": ("Outlines: Natural Earth, public domain", "Rajat: Natural Earth, vapaa aineisto",
                 "Gränser: Natural Earth, fri från upphovsrätt"),
}  # fmt: skip

MONTHS = {
    "en": "January February March April May June July August September October November December",
    "fi": "tammikuu helmikuu maaliskuu huhtikuu toukokuu kesäkuu heinäkuu elokuu syyskuu lokakuu marraskuu joulukuu",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
}
SEASONS = {"en": "spring summer autumn winter", "fi": "kevät kesä syksy talvi", "sv": "våren sommaren hösten vintern"}
_LANGUAGES = ("en", "fi", "sv")


def say(word: str, language: str, *values: object) -> str:
    """A text of WORDS with its values in place."""
    return WORDS[word][_LANGUAGES.index(language)].format(*values)


def number(value: int, language: str) -> str:
    """11,349 in English, with narrow spaces in Finnish and Swedish."""
    return f"{value:,}" if language == "en" else f"{value:,}".replace(",", "\u202f")


def percent(value: float, language: str) -> str:
    """A number without needless zeros, with the language's decimal sign."""
    text = f"{value:g}"
    return text if language == "en" else text.replace(".", ",")


def date(edtf: str, language: str) -> str:
    """An EDTF date for people: `autumn 2012`, `syksy 2012`, `by 6 November 2012`."""
    if "/" in edtf:
        start, _, end = edtf.partition("/")
        if start == "..":
            return say("until", language, date(end, language))
        first = date(start, language)
        return say("from", language, first) if end == ".." else f"{first} – {date(end, language)}"
    year, *rest = edtf.split("-")
    if not rest:
        return year
    place = int(rest[0])
    if place > 12:
        return f"{SEASONS[language].split()[place - 21]} {year}"
    if len(rest) == 1:
        return f"{MONTHS[language].split()[place - 1]} {year}"
    if language == "fi":
        return f"{int(rest[1])}.{place}.{year}"
    return f"{int(rest[1])} {MONTHS[language].split()[place - 1]} {year}"


def listed(parts: Sequence[str]) -> str:
    """The parts that say something, with a separator."""
    return " · ".join(part for part in parts if part)
