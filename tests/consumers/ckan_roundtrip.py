"""What CKAN makes of a catalogue: its DCAT extension reads a Turtle file into dictionaries, and writes them back.

Run by the Python of .venv-consumers, without a server: `ckan_roundtrip.py CATALOGUE WRITTEN` prints the dictionaries as
JSON, as a harvester would store them, and writes the Turtle that a portal would serve.
"""

import json
import sys
from pathlib import Path

from ckanext.dcat.processors import RDFParser, RDFSerializer

PROFILES = ["euro_dcat_ap_3"]


def main(catalogue: str, written: str) -> None:
    """Read and write back."""
    parser = RDFParser(profiles=PROFILES)
    parser.parse(Path(catalogue).read_text("utf-8"), "turtle")
    datasets = sorted(parser.datasets(), key=lambda dataset: dataset["title"])
    stored = json.dumps(datasets, ensure_ascii=False)
    serializer = RDFSerializer(profiles=PROFILES)
    for dataset in json.loads(stored):
        serializer.graph_from_dataset(dataset)
    Path(written).write_text(serializer.g.serialize(format="turtle"), "utf-8")
    sys.stdout.buffer.write(stored.encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
