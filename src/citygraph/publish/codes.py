"""Terms of the code lists of DCAT-AP: those of the EU Publications Office, and of ADMS, SPDX and INSPIRE."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from citygraph.vocabulary import DCTERMS

_AUTHORITY = "http://publications.europa.eu/resource/authority/"
_ADMS = "http://purl.org/adms/"
_ROLES = "http://inspire.ec.europa.eu/metadata-codelist/ResponsiblePartyRole"

#: ISO 3166-1: alpha-2, alpha-3, short English name; and Kosovo as the EU list has it.
_COUNTRIES = """
AD AND Andorra; AE ARE United Arab Emirates; AF AFG Afghanistan; AG ATG Antigua and Barbuda; AI AIA Anguilla;
AL ALB Albania; AM ARM Armenia; AO AGO Angola; AQ ATA Antarctica; AR ARG Argentina; AS ASM American Samoa;
AT AUT Austria; AU AUS Australia; AW ABW Aruba; AX ALA Åland Islands; AZ AZE Azerbaijan; BA BIH Bosnia and Herzegovina;
BB BRB Barbados; BD BGD Bangladesh; BE BEL Belgium; BF BFA Burkina Faso; BG BGR Bulgaria; BH BHR Bahrain;
BI BDI Burundi; BJ BEN Benin; BL BLM Saint Barthélemy; BM BMU Bermuda; BN BRN Brunei; BO BOL Bolivia;
BQ BES Bonaire, Sint Eustatius and Saba; BR BRA Brazil; BS BHS Bahamas; BT BTN Bhutan; BV BVT Bouvet Island;
BW BWA Botswana; BY BLR Belarus; BZ BLZ Belize; CA CAN Canada; CC CCK Cocos (Keeling) Islands;
CD COD Democratic Republic of the Congo; CF CAF Central African Republic; CG COG Congo; CH CHE Switzerland;
CI CIV Côte d’Ivoire; CK COK Cook Islands; CL CHL Chile; CM CMR Cameroon; CN CHN China; CO COL Colombia;
CR CRI Costa Rica; CU CUB Cuba; CV CPV Cabo Verde; CW CUW Curaçao; CX CXR Christmas Island; CY CYP Cyprus;
CZ CZE Czechia; DE DEU Germany; DJ DJI Djibouti; DK DNK Denmark; DM DMA Dominica; DO DOM Dominican Republic;
DZ DZA Algeria; EC ECU Ecuador; EE EST Estonia; EG EGY Egypt; EH ESH Western Sahara; ER ERI Eritrea; ES ESP Spain;
ET ETH Ethiopia; FI FIN Finland; FJ FJI Fiji; FK FLK Falkland Islands; FM FSM Micronesia; FO FRO Faroe Islands;
FR FRA France; GA GAB Gabon; GB GBR United Kingdom; GD GRD Grenada; GE GEO Georgia; GF GUF French Guiana;
GG GGY Guernsey; GH GHA Ghana; GI GIB Gibraltar; GL GRL Greenland; GM GMB Gambia; GN GIN Guinea; GP GLP Guadeloupe;
GQ GNQ Equatorial Guinea; GR GRC Greece; GS SGS South Georgia and the South Sandwich Islands; GT GTM Guatemala;
GU GUM Guam; GW GNB Guinea-Bissau; GY GUY Guyana; HK HKG Hong Kong; HM HMD Heard Island and McDonald Islands;
HN HND Honduras; HR HRV Croatia; HT HTI Haiti; HU HUN Hungary; ID IDN Indonesia; IE IRL Ireland; IL ISR Israel;
IM IMN Isle of Man; IN IND India; IO IOT British Indian Ocean Territory; IQ IRQ Iraq; IR IRN Iran; IS ISL Iceland;
IT ITA Italy; JE JEY Jersey; JM JAM Jamaica; JO JOR Jordan; JP JPN Japan; KE KEN Kenya; KG KGZ Kyrgyzstan;
KH KHM Cambodia; KI KIR Kiribati; KM COM Comoros; KN KNA Saint Kitts and Nevis; KP PRK North Korea;
KR KOR South Korea; KW KWT Kuwait; KY CYM Cayman Islands; KZ KAZ Kazakhstan; LA LAO Laos; LB LBN Lebanon;
LC LCA Saint Lucia; LI LIE Liechtenstein; LK LKA Sri Lanka; LR LBR Liberia; LS LSO Lesotho; LT LTU Lithuania;
LU LUX Luxembourg; LV LVA Latvia; LY LBY Libya; MA MAR Morocco; MC MCO Monaco; MD MDA Moldova; ME MNE Montenegro;
MF MAF Saint Martin; MG MDG Madagascar; MH MHL Marshall Islands; MK MKD North Macedonia; ML MLI Mali; MM MMR Myanmar;
MN MNG Mongolia; MO MAC Macao; MP MNP Northern Mariana Islands; MQ MTQ Martinique; MR MRT Mauritania;
MS MSR Montserrat; MT MLT Malta; MU MUS Mauritius; MV MDV Maldives; MW MWI Malawi; MX MEX Mexico; MY MYS Malaysia;
MZ MOZ Mozambique; NA NAM Namibia; NC NCL New Caledonia; NE NER Niger; NF NFK Norfolk Island; NG NGA Nigeria;
NI NIC Nicaragua; NL NLD Netherlands; NO NOR Norway; NP NPL Nepal; NR NRU Nauru; NU NIU Niue; NZ NZL New Zealand;
OM OMN Oman; PA PAN Panama; PE PER Peru; PF PYF French Polynesia; PG PNG Papua New Guinea; PH PHL Philippines;
PK PAK Pakistan; PL POL Poland; PM SPM Saint Pierre and Miquelon; PN PCN Pitcairn; PR PRI Puerto Rico;
PS PSE Palestine; PT PRT Portugal; PW PLW Palau; PY PRY Paraguay; QA QAT Qatar; RE REU Réunion; RO ROU Romania;
RS SRB Serbia; RU RUS Russia; RW RWA Rwanda; SA SAU Saudi Arabia; SB SLB Solomon Islands; SC SYC Seychelles;
SD SDN Sudan; SE SWE Sweden; SG SGP Singapore; SH SHN Saint Helena, Ascension and Tristan da Cunha; SI SVN Slovenia;
SJ SJM Svalbard and Jan Mayen; SK SVK Slovakia; SL SLE Sierra Leone; SM SMR San Marino; SN SEN Senegal;
SO SOM Somalia; SR SUR Suriname; SS SSD South Sudan; ST STP São Tomé and Príncipe; SV SLV El Salvador;
SX SXM Sint Maarten; SY SYR Syria; SZ SWZ Eswatini; TC TCA Turks and Caicos Islands; TD TCD Chad;
TF ATF French Southern Territories; TG TGO Togo; TH THA Thailand; TJ TJK Tajikistan; TK TKL Tokelau;
TL TLS Timor-Leste; TM TKM Turkmenistan; TN TUN Tunisia; TO TON Tonga; TR TUR Türkiye; TT TTO Trinidad and Tobago;
TV TUV Tuvalu; TW TWN Taiwan; TZ TZA Tanzania; UA UKR Ukraine; UG UGA Uganda;
UM UMI United States Minor Outlying Islands; US USA United States; UY URY Uruguay; UZ UZB Uzbekistan;
VA VAT Holy See; VC VCT Saint Vincent and the Grenadines; VE VEN Venezuela; VG VGB British Virgin Islands;
VI VIR US Virgin Islands; VN VNM Viet Nam; VU VUT Vanuatu; WF WLF Wallis and Futuna; WS WSM Samoa; XK 1A0 Kosovo;
YE YEM Yemen; YT MYT Mayotte; ZA ZAF South Africa; ZM ZMB Zambia; ZW ZWE Zimbabwe
"""

_LANGUAGES = """
bg BUL Bulgarian; cs CES Czech; da DAN Danish; de DEU German; el ELL Greek; en ENG English; es SPA Spanish;
et EST Estonian; fi FIN Finnish; fr FRA French; ga GLE Irish; hr HRV Croatian; hu HUN Hungarian; it ITA Italian;
lt LIT Lithuanian; lv LAV Latvian; mt MLT Maltese; nl NLD Dutch; no NOR Norwegian; pl POL Polish; pt POR Portuguese;
ro RON Romanian; ru RUS Russian; sk SLK Slovak; sl SLV Slovenian; sv SWE Swedish; uk UKR Ukrainian
"""

THEME_CODES = {
    "AGRI": "Agriculture, fisheries, forestry and food",
    "ECON": "Economy and finance",
    "EDUC": "Education, culture and sport",
    "ENER": "Energy",
    "ENVI": "Environment",
    "GOVE": "Government and public sector",
    "HEAL": "Health",
    "INTR": "International issues",
    "JUST": "Justice, legal system and public safety",
    "REGI": "Regions and cities",
    "SOCI": "Population and society",
    "TECH": "Science and technology",
    "TRAN": "Transport",
}

FREQUENCIES = {
    "ANNUAL": "annual",
    "ANNUAL_2": "semiannual",
    "ANNUAL_3": "three times a year",
    "BIENNIAL": "biennial",
    "BIMONTHLY": "bimonthly",
    "BIWEEKLY": "biweekly",
    "CONT": "continuous",
    "DAILY": "daily",
    "IRREG": "irregular",
    "MONTHLY": "monthly",
    "MONTHLY_2": "semimonthly",
    "NEVER": "never",
    "OTHER": "other",
    "QUARTERLY": "quarterly",
    "TRIENNIAL": "triennial",
    "UNKNOWN": "unknown",
    "WEEKLY": "weekly",
}

_FORMATS = {
    "ATOM": "Atom Feed",
    "CSV": "CSV",
    "GZIP": "GNU zip",
    "JSON": "JSON",
    "JSON_LD": "JSON-LD",
    "RDF_N_QUADS": "RDF N-Quads",
    "RDF_TRIG": "RDF TriG",
    "RDF_TURTLE": "RDF Turtle",
    "SPARQLQRES": "SPARQL query results",
    "TXT": "TXT",
}


@dataclass(frozen=True)
class Term:
    """A term of a code list: its address, the classes that DCAT-AP expects beside skos:Concept, the address of its
    list, an English label."""

    iri: str
    kinds: tuple[str, ...]
    scheme: str
    label: str


@cache
def _table(text: str) -> dict[str, tuple[str, str]]:
    found = {}
    for line in text.strip().replace("\n", " ").split("; "):
        short, long, name = line.split(" ", 2)
        found[short] = long, name
    return found


def _authority(listed: str, code: str, label: str, *kinds: str) -> Term:
    scheme = _AUTHORITY + listed
    return Term(f"{scheme}/{code}", tuple(DCTERMS + kind for kind in kinds), scheme, label)


def countries() -> dict[str, tuple[str, str]]:
    """Alpha-3 code and English name of each alpha-2 code."""
    return _table(_COUNTRIES)


def country(code: str) -> Term | None:
    """A country by its ISO 3166-1 alpha-2 code; none where the list has no such code."""
    found = countries().get(code)
    return found and _authority("country", *found, "Location")


def language(tag: str) -> Term | None:
    """A language by its two letters, of those that the list here holds."""
    found = _table(_LANGUAGES).get(tag.partition("-")[0])
    return found and _authority("language", *found, "LinguisticSystem")


def theme(code: str) -> Term:
    """A theme of data, of THEME_CODES."""
    return _authority("data-theme", code, THEME_CODES[code])


def frequency(code: str) -> Term:
    """How often a release comes, of FREQUENCIES."""
    return _authority("frequency", code, FREQUENCIES[code], "Frequency")


def file_type(code: str) -> Term:
    """The format of a file; a code that is not known is its own label."""
    return _authority("file-type", code, _FORMATS.get(code, code), "MediaTypeOrExtent")


THEMES = Term(_AUTHORITY + "data-theme", (), "", "Data theme")
PUBLIC = _authority("access-right", "PUBLIC", "public", "RightsStatement")
STABLE = _authority("planned-availability", "STABLE", "stable")
COMPLETED = _authority("distribution-status", "COMPLETED", "completed")
AUTHOR = Term(_ROLES + "/author", ("http://www.w3.org/ns/dcat#Role",), _ROLES, "author")
ORIGINATOR = Term(_ROLES + "/originator", ("http://www.w3.org/ns/dcat#Role",), _ROLES, "originator")


def media_type(name: str) -> str:
    """The address of an IANA media type; parameters after a semicolon are no part of it."""
    return "http://www.iana.org/assignments/media-types/" + name.partition(";")[0].strip()


def _kind_of_licence(name: str, label: str) -> Term:
    return Term(f"{_ADMS}licencetype/{name}", (), f"{_ADMS}licencetype/1.0", label)


_ATTRIBUTION = _kind_of_licence("Attribution", "Attribution")
_PUBLIC_DOMAIN = _kind_of_licence("PublicDomain", "Work in the public domain")
_SHARE_ALIKE = _kind_of_licence("ViralEffect-ShareAlike", "Viral effect (a.k.a. Share-alike)")


@dataclass(frozen=True)
class Licence:
    """A licence: title, SPDX name, what kind it is, and its title in the register of CKAN where that is another."""

    title: str
    name: str
    kind: Term
    register: str = ""


_LICENCES = {
    "creativecommons.org/licenses/by/4.0": Licence(
        "Creative Commons Attribution 4.0 International", "CC-BY-4.0", _ATTRIBUTION, "Creative Commons Attribution"
    ),
    "creativecommons.org/licenses/by-sa/4.0": Licence(
        "Creative Commons Attribution-ShareAlike 4.0 International", "CC-BY-SA-4.0", _SHARE_ALIKE,
        "Creative Commons Attribution Share-Alike",
    ),
    "creativecommons.org/publicdomain/zero/1.0": Licence(
        "CC0 1.0 Universal", "CC0-1.0", _PUBLIC_DOMAIN, "Creative Commons CCZero"
    ),
    "opendatacommons.org/licenses/odbl/1-0": Licence(
        "Open Data Commons Open Database License (ODbL)", "ODbL-1.0", _SHARE_ALIKE
    ),
    "www.apache.org/licenses/LICENSE-2.0": Licence("Apache License 2.0", "Apache-2.0", _ATTRIBUTION),
}  # fmt: skip


def licence(address: str) -> Licence | None:
    """A licence by its address, http or https, with a slash at the end or without; none where it is not known here."""
    return _LICENCES.get(address.partition("://")[2].rstrip("/"))
