"""Proofs: every inferred triple has one, each is sound, and the rules give what owlrl gives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citygraph import Release
from citygraph.build import ontology
from citygraph.explain import Explainer, Tree
from citygraph.owl.reason import INFERRED, infer, triples_of, worthwhile
from citygraph.owl.rules import Proof, Rule, Triple, UnknownAxiomError, compile_rules, prove
from citygraph.problems import CitygraphError
from citygraph.vocabulary import CG, ID, OWL, TYPE
from conftest import Sheets

RULES = compile_rules(ontology())


def walk(tree: Tree) -> Iterator[Tree]:
    yield tree
    for premise in tree.premises:
        yield from walk(premise)


def sound(rule: Rule, premises: tuple[Triple, ...], conclusion: Triple) -> bool:
    """Whether the premises, put for the rule's body, give the conclusion: checked apart from how it was found."""
    binding: dict[str, str] = {}
    for pattern, triple in zip((*rule.body, rule.head), (*premises, conclusion), strict=True):
        for want, have in zip(pattern, triple, strict=True):
            if binding.setdefault(want, have if want.startswith("?") else want) != have:
                return False
    return True


def test_every_inferred_triple_is_explained(release: Release) -> None:
    explainer = release.explainer
    inferred = infer(explainer.asserted, ontology())
    assert len(inferred) > 700
    assert triples_of(release.store.quads_for_pattern(None, None, None, ox.NamedNode(INFERRED))) <= inferred
    for triple in inferred:
        tree = explainer.tree(triple)
        assert tree.rule is not None
        for node in walk(tree):
            if node.rule is None:
                assert node.triple in explainer.asserted
                assert node.words
            else:
                assert node.rule in RULES
                assert sound(node.rule, tuple(p.triple for p in node.premises), node.triple)
                rounds = [explainer.proofs[p.triple].round for p in node.premises if p.rule]
                assert all(number < explainer.proofs[node.triple].round for number in rounds)


def same(goal: Triple, ours: dict[Triple, Proof], whole: dict[Triple, Proof]) -> bool:
    """Whether a goal has the same proof in both, down to what is asserted."""
    if goal not in whole:
        return goal not in ours
    return ours.get(goal) == whole[goal] and all(same(premise, ours, whole) for premise in whole[goal].premises)


def test_a_proof_is_that_of_the_whole_ranking(release: Release) -> None:
    found = Explainer(release.store, str(release._ontology))
    for triple in triples_of(release.store.quads_for_pattern(None, None, None, ox.NamedNode(INFERRED))):
        assert same(triple, found.proof(triple), release.explainer.proofs), triple
    assert "proofs" not in vars(found)


def test_all_kinds_of_rules_are_compiled() -> None:
    kinds = {rule.kind for rule in RULES}
    assert kinds == {"subclass", "subproperty", "domain", "range", "inverse", "symmetric", "transitive", "chain"}


@pytest.mark.parametrize(
    "axiom",
    [
        (CG + "member", TYPE, OWL + "FunctionalProperty"),
        (CG + "City", OWL + "disjointWith", CG + "Network"),
        (CG + "City", OWL + "equivalentClass", CG + "Network"),
    ],
)
def test_an_unknown_axiom_stops_with_its_name(axiom: Triple) -> None:
    triple = ox.Triple(*map(ox.NamedNode, axiom))
    with pytest.raises(UnknownAxiomError, match=axiom[2].rpartition("#")[2] if axiom[1] == TYPE else axiom[1][-10:]):
        compile_rules([*ontology(), triple])


_OBJECT = ox.NamedNode(OWL + "ObjectProperty")
_PROPERTIES = sorted(t.subject.value for t in ontology() if t.object == _OBJECT and isinstance(t.subject, ox.NamedNode))
_CLASSES = sorted({o for rule in RULES for _, p, o in rule.body if p == TYPE and o.startswith(CG)})
_THING = st.sampled_from([ID + name for name in "abcdef"])
_TRIPLE = st.tuples(_THING, st.sampled_from(_PROPERTIES), _THING) | st.tuples(
    _THING, st.just(TYPE), st.sampled_from(_CLASSES)
)


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.sets(_TRIPLE, min_size=1, max_size=14))
def test_rules_give_what_owlrl_gives(asserted: set[Triple]) -> None:
    ours = {triple for triple in prove(asserted, RULES) if worthwhile(triple)}
    assert ours == infer(asserted, ontology()) - asserted


def test_proofs_prefer_words_to_references(release: Release) -> None:
    told = release.explain("lahti", "boundBy", "lahti-networks-2012/covenant-commitment")
    assert "johon Lahti liittyi 10.9.2012" in told
    assert "words not kept" not in told


def test_a_claim_with_its_sentence_and_citation(release: Release) -> None:
    told = release.explain("lahti-networks-2012/covenant-membership")
    assert "yhteinen foorumi, »johon Lahti liittyi 10.9.2012 kaupunginvaltuuston päätöksellä«.  (577-638)" in told
    assert (
        "Ville Miettinen: “Lahti laajentaa kestävän kehityksen yhteistyöverkostoaan”. Kuntatekniikka, 2012-11" in told
    )
    assert told.rstrip().endswith("Claim: https://w3id.org/citygraph/id/claim/lahti-networks-2012/covenant-membership")


def test_a_reference_says_that_its_words_are_not_kept(release: Release) -> None:
    assert "the words of the page are not kept" in release.explain("energy-cities-ubc/ubc-founding")


@pytest.mark.parametrize(
    "terms", [("lahti", "memberOf", "iclei"), ("nobody",), ("lahti", "memberOf"), ("a b", "c", "d")]
)
def test_what_is_not_in_the_graph_is_said(terms: tuple[str, ...], release: Release) -> None:
    with pytest.raises(CitygraphError):
        release.explain(*terms)


def test_what_holds_instead_is_said(release: Release) -> None:
    with pytest.raises(CitygraphError, match="what holds between them: cg:participatesIn"):
        release.explain("Lahti", "memberOf", "Covenant of Mayors")
    with pytest.raises(CitygraphError, match="did you mean 'cg:memberOf'"):
        release.explain("lahti", "membersOf", "iclei")


def test_a_thing_lists_the_claims_about_it(release: Release) -> None:
    told = release.explain("Lahden tiede- ja yrityspuisto").splitlines()
    assert told[0].startswith("lahti-networks-2012/waste-to-energy-coordination: network Global Sustainable Cities;")


def test_a_membership_that_ended_gives_no_short_cut(tmp_path: Path, sheets: Sheets) -> None:
    data = sheets(
        tmp_path,
        "  - {id: one, type: Membership, member: turku, network: ubc, joined: 1991, left: 1999}\n"
        "  - {id: two, type: Membership, member: turku, network: iclei, status: on hold}\n"
        "  - {id: three, type: Membership, member: turku, network: energy-cities, reading: implicit, note: a reading}\n"
        "  - {id: four, type: Twinning, city: turku, twin: lahti, until: 2000}\n",
    )
    graph = Release.build(data)
    ties = {(row["predicate"], row["object"]) for row in graph.query("inferred") if row["subject"] == ID + "turku"}
    networks = {(p, o) for p, o in ties if p and p.startswith(CG) and "emberOf" in p}
    assert networks == {(CG + "presumedMemberOf", ID + "energy-cities")}
    assert not any(p == CG + "twinnedWith" for p, _ in ties)


def test_a_twinning_holds_both_ways(tmp_path: Path, sheets: Sheets) -> None:
    graph = Release.build(sheets(tmp_path, "  - {id: one, type: Twinning, city: turku, twin: lahti, since: 1950}\n"))
    assert "by symmetric" in graph.explain("lahti", "twinnedWith", "turku")


def test_explainer_needs_no_inferred_graph(dist: Path) -> None:
    store = ox.Store()
    store.bulk_load(path=str(dist / "citygraph.ttl"))
    tree = Explainer(store, str(dist / "ontology.ttl")).tree(
        (ID + "lahti", CG + "memberOf", ID + "covenant-of-mayors-2020")
    )
    assert tree.rule is not None
    assert tree.rule.kind == "chain"
