"""What follows: the ontology as rules, by owlrl, compiled, and as proofs."""
