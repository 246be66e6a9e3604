"""The catalogue of a release by DCAT-AP 3.0.1: what data portals harvest."""

from __future__ import annotations

from collections.abc import Sequence

import pyoxigraph as ox

from citygraph.publish import codes
from citygraph.publish.edition import About, Edition, FileFacts, SourceFacts, Survey
from citygraph.publish.statements import Statements, Value, date, text, texts, typed
from citygraph.vocabulary import CG

_ONTOLOGY = CG.rstrip("#")
_PROTOCOL = "https://www.w3.org/TR/sparql11-protocol/"
_GZIP = "application/gzip"


def catalogue(about: About, edition: Edition, survey: Survey, files: Sequence[FileFacts]) -> list[ox.Triple]:
    """The catalogue, the dataset, a dataset for each source that says something, and a distribution for each file.

    Nodes keep their addresses from release to release, so that a portal renews what it has. Originals are no datasets
    of this catalogue, else a portal would list them as such: sources' datasets are derived from them.
    """
    return _Writer(about, edition, survey, files).write()


class _Writer:
    """Says everything about one release."""

    def __init__(self, about: About, edition: Edition, survey: Survey, files: Sequence[FileFacts]) -> None:
        self.about, self.edition, self.survey, self.files = about, edition, survey, files
        self.sources = [source for source in survey.sources if source.speaks]
        self.out = Statements()
        self.day = date(edition.date)
        self.dataset, self.catalog = edition.dataset, edition.catalog
        self.service = f"{edition.catalog}#sparql"
        publisher = f"{edition.catalog}#publisher"
        self.publisher = self.out.agent(publisher, about.publisher)
        self.out.say(publisher, "foaf:homepage", self.out.document(about.homepage))
        self.licence = self.out.licence(about.licence)
        self.themes = [self.out.term(codes.theme(code)) for code in about.themes]
        self.languages = self._languages(*about.title)
        self.places = self._places()

    def write(self) -> list[ox.Triple]:
        self._catalogue()
        self._dataset()
        for source in self.sources:
            self._source(source)
        known = {source.key: source for source in self.sources}
        for file in self.files:
            if not file.source or file.source in known:
                self._distribution(file, known.get(file.source))
        if self.edition.endpoint:
            self._service()
        return self.out.triples

    def _catalogue(self) -> None:
        self.out.node(codes.THEMES.iri, "skos:ConceptScheme", dcterms_title=text(codes.THEMES.label, "en"))
        self.out.node(
            self.catalog,
            "dcat:Catalog",
            dcterms_title=texts(self.about.title),
            dcterms_description=texts(self.about.description),
            dcterms_publisher=self.publisher,
            foaf_homepage=self.about.homepage,
            dcterms_license=self.licence,
            dcterms_language=self.languages,
            dcterms_issued=date(self.edition.issued or self.edition.date),
            dcterms_modified=self.day,
            dcterms_spatial=self.places,
            dcat_themeTaxonomy=codes.THEMES.iri,
            dcat_dataset=[self.dataset, *(self.edition.of(source) for source in self.sources)],
        )

    def _dataset(self) -> None:
        edition, survey = self.edition, self.survey
        rules = f"{survey.inferred:,} more follow by rule and are kept apart"
        said = (
            f"{survey.asserted:,} statements of {len(self.sources):,} sources, each claim with its evidence; {rules}."
        )
        self.out.node(self.dataset + "#provenance", "dcterms:ProvenanceStatement", rdfs_label=text(said, "en"))
        self._common(self.dataset)
        self.out.node(
            self.dataset,
            "dcat:Dataset",
            dcterms_title=texts(self.about.title),
            dcterms_description=texts(self.about.description),
            dcterms_issued=date(edition.issued or edition.date),
            dcterms_language=self.languages,
            dcterms_accrualPeriodicity=self.out.term(codes.frequency(self.about.frequency)),
            dcterms_spatial=self.places,
            dcterms_temporal=self._period(),
            dcterms_provenance=self.dataset + "#provenance",
            dcterms_source=[self.edition.of(source) for source in self.sources],
            dcterms_hasPart=[self.edition.of(source) for source in self.sources],
            dcat_hasCurrentVersion=edition.iri,
            adms_versionNotes=text(edition.notes, "en") if edition.notes else "",
            foaf_page=self.out.document(edition.url("README.md")),
        )
        self.out.say(edition.iri, "dcat:version", text(edition.version))
        self.out.say(edition.iri, "dcat:isVersionOf", self.dataset)
        for source in survey.sources:
            if source.kind == "registry" and not source.speaks:
                self._credit(self.dataset, source)
                self.out.say(self.dataset, "prov:wasDerivedFrom", source.url)
        if edition.previous:
            for newer in (self.dataset, edition.iri):
                self.out.say(newer, "dcat:previousVersion", edition.release(edition.previous))

    def _common(self, dataset: str) -> None:
        """What all datasets of a release share."""
        self._keywords(dataset)
        self.out.say(dataset, "dcterms:publisher", self.publisher)
        self.out.say(dataset, "dcterms:identifier", text(dataset))
        self.out.say(dataset, "dcterms:modified", self.day)
        self.out.say(dataset, "dcterms:accessRights", self.out.term(codes.PUBLIC))
        self.out.say(dataset, "dcterms:conformsTo", self.out.standard(_ONTOLOGY, "Ontology of citygraph"))
        self.out.say(dataset, "dcat:contactPoint", self._contact())
        self.out.say(dataset, "dcat:landingPage", self.out.document(self.about.homepage))
        self.out.say(dataset, "dcat:theme", *self.themes)
        self.out.say(dataset, "dcat:version", text(self.edition.version))

    def _keywords(self, subject: str) -> None:
        for language, words in self.about.keywords.items():
            self.out.say(subject, "dcat:keyword", *(text(word, language) for word in words))

    def _source(self, source: SourceFacts) -> None:
        self._common(self.edition.of(source))
        self.out.node(
            self.edition.of(source),
            "dcat:Dataset",
            dcterms_title=text(f"citygraph: {source.title}", source.language),
            dcterms_description=text(_says(source), "en"),
            dcterms_issued=date(source.issued),
            dcterms_language=self._languages(source.language),
            dcterms_creator=self._credit(self.edition.of(source), source),
            dcterms_license=self.out.licence(source.licence),
            dcterms_rights="" if source.licence else self._rights(source),
            dcterms_isPartOf=self.dataset,
            prov_wasDerivedFrom=source.url,
            foaf_page=self.out.document(source.url),
        )

    def _credit(self, dataset: str, source: SourceFacts) -> list[Value]:
        """Who is behind a source, credited by a dataset."""
        agents: list[Value] = []
        told = [("author", codes.AUTHOR, source.creator), ("originator", codes.ORIGINATOR, source.publisher)]
        for name, role, whose in told:
            if whose:
                agent = self.out.agent(f"{self.edition.of(source)}#{name}", whose)
                credit = self.out.node(
                    f"{agent}-credit", "prov:Attribution", prov_agent=agent, dcat_hadRole=self.out.term(role)
                )
                self.out.say(dataset, "prov:qualifiedAttribution", credit)
                agents.append(agent)
        if source.citation:
            self.out.say(dataset, "dcterms:bibliographicCitation", text(source.citation))
        return agents

    def _distribution(self, file: FileFacts, source: SourceFacts | None) -> None:
        dataset = self.edition.of(source) if source else self.dataset
        iri, url = f"{dataset}#{file.name}", self.edition.url(file.name)
        sha256 = self.out.node(
            f"{iri}-sha256",
            "spdx:Checksum",
            spdx_algorithm=self.out.node(
                "http://spdx.org/rdf/terms#checksumAlgorithm_sha256", "spdx:ChecksumAlgorithm"
            ),
            spdx_checksumValue=typed(file.sha256, "xsd:hexBinary"),
        )
        self.out.node(
            iri,
            "dcat:Distribution",
            dcterms_title=text(file.title, "en"),
            dcterms_description=text(f"{file.name}, {file.media}, {file.size:,} bytes", "en"),
            dcterms_format=self.out.term(codes.file_type(file.format)),
            dcterms_issued=self.day,
            dcterms_modified=self.day,
            dcterms_license=(source and self.out.licence(source.licence)) or self.licence,
            dcterms_rights="" if source and source.licence else self._rights(source),
            dcterms_conformsTo=[self.out.standard(standard) for standard in file.conforms],
            dcat_accessURL=url,
            dcat_downloadURL=url,
            dcat_mediaType=self._media_type(file.media),
            dcat_compressFormat=self._media_type(_GZIP) if file.name.endswith(".gz") else "",
            dcat_byteSize=typed(file.size, "xsd:nonNegativeInteger"),
            spdx_checksum=sha256,
            dcatap_availability=self.out.term(codes.STABLE),
            adms_status=self.out.term(codes.COMPLETED),
        )
        self.out.say(dataset, "dcat:distribution", iri)

    def _service(self) -> None:
        """The endpoint; contact and publisher are left off, as ckanext-dcat 2.4.4 cannot write them back."""
        iri, title = self.dataset + "#sparql", "SPARQL endpoint"
        self.out.node(
            self.service,
            "dcat:DataService",
            dcterms_title=text(title, "en"),
            dcterms_description=text("Answers SPARQL 1.1 queries over the release.", "en"),
            dcterms_accessRights=self.out.term(codes.PUBLIC),
            dcterms_conformsTo=self.out.standard(_PROTOCOL, "SPARQL 1.1 Protocol"),
            dcterms_license=self.licence,
            dcat_endpointURL=self.out.node(self.edition.endpoint, "rdfs:Resource"),
            dcat_endpointDescription=self.out.node(self.edition.url("void.ttl"), "rdfs:Resource"),
            dcat_servesDataset=self.dataset,
            dcat_theme=self.themes,
        )
        self._keywords(self.service)
        self.out.node(
            iri,
            "dcat:Distribution",
            dcterms_title=text(title, "en"),
            dcterms_description=text("The whole release, to be asked in SPARQL 1.1.", "en"),
            dcterms_format=self.out.term(codes.file_type("SPARQLQRES")),
            dcterms_license=self.licence,
            dcterms_rights=self._rights(None),
            dcat_accessURL=self.edition.endpoint,
            dcat_accessService=self.service,
            dcatap_availability=self.out.term(codes.STABLE),
            adms_status=self.out.term(codes.COMPLETED),
        )
        self.out.say(self.dataset, "dcat:distribution", iri)
        self.out.say(self.catalog, "dcat:service", self.service)

    def _contact(self) -> str:
        return self.out.node(
            self.catalog + "#contact",
            "vcard:Kind",
            rdf_type="vcard:Organization",
            vcard_fn=text(self.about.contact),
            vcard_hasEmail=f"mailto:{self.about.email}" if self.about.email else "",
            vcard_hasURL=self.about.contact_page,
        )

    def _rights(self, source: SourceFacts | None) -> str:
        """Whose the words are that a licence does not cover; nothing where each source has a licence of its own."""
        facts = f"the structured facts are under {self.about.licence}"
        if source:
            whose = source.publisher or "their publisher"
            said = f"The words of the source remain those of {whose}; {facts}."
        elif all(other.licence for other in self.sources):
            return ""
        else:
            said = f"Words of sources without a licence remain those of their publishers; {facts}. See each source."
        node = f"{self.edition.of(source) if source else self.dataset}#rights"
        return self.out.node(node, "dcterms:RightsStatement", rdfs_label=text(said, "en"))

    def _languages(self, *tags: str) -> list[Value]:
        return [self.out.term(term) for tag in tags if (term := codes.language(tag))]

    def _media_type(self, name: str) -> str:
        return self.out.node(codes.media_type(name), "dcterms:MediaType")

    def _places(self) -> list[Value]:
        """The box around all cities, and their countries."""
        extent = self.survey.extent
        found: list[Value] = []
        if extent.box:
            w, s, e, n = extent.box
            ring = ", ".join(_point(*at) for at in ((w, s), (e, s), (e, n), (w, n), (w, s)))
            middle = _point((w + e) / 2, (s + n) / 2)
            box = self.out.node(
                f"{self.dataset}#box",
                "dcterms:Location",
                skos_prefLabel=text("The box around all cities with coordinates", "en"),
                dcat_bbox=typed(f"POLYGON(({ring}))", "gsp:wktLiteral"),
                dcat_centroid=typed(f"POINT({middle})", "gsp:wktLiteral"),
            )
            found.append(box)
        countries = (codes.country(code) for code in extent.countries)
        return [*found, *(self.out.term(country) for country in countries if country)]

    def _period(self) -> str:
        extent = self.survey.extent
        first, last = date(extent.earliest), date(extent.latest)
        if not first and not last:
            return ""
        return self.out.node(self.dataset + "#period", "dcterms:PeriodOfTime", dcat_startDate=first, dcat_endDate=last)


def _point(x: float, y: float) -> str:
    """Longitude and latitude of well-known text, to a tenth of a metre."""
    return " ".join(f"{degrees:.6f}".rstrip("0").rstrip(".") for degrees in (x, y))


def _says(source: SourceFacts) -> str:
    """What a source contributes, in a sentence or two."""
    by = f" ({source.publisher})" if source.publisher else ""
    kinds = ", ".join(f"{kind} {number:,}" for kind, number in source.claims.items() if number)
    total = sum(source.claims.values())
    claims = f"{total:,} claim{'' if total == 1 else 's'} ({kinds})" if total else "no claim of its own"
    told = f"What citygraph takes from “{source.title}”{by}: {claims}, in {source.triples:,} statements."
    more = [("version", source.version), ("as of", source.as_of)]
    said = ", ".join(f"{name} {value}" for name, value in more if value)
    return f"{told} Of the source: {said}." if said else told
