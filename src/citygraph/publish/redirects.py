"""redirects.csv: where a server leads whoever asks for a key that is no more."""

from __future__ import annotations

import csv
import io

from citygraph.publish.keys import HEADER, Keys


def redirects(new: Keys, old: Keys | None = None) -> str:
    """A CSV table of full addresses, sorted: each old key and where it leads at last, nothing where it was withdrawn.

    What the release before had and nothing has any more is carried on from it.
    """
    rows = dict.fromkeys(new.withdrawn, "") | {iri: new.end(iri) for iri in new.following}
    if old is not None:
        gone = {iri: old.following.get(iri, "") for iri in (*old.sources, *old.withdrawn, *old.following)}
        for iri, after in (dict(old.carried) | gone).items():
            if iri not in rows and iri not in new.sources:
                rows[iri] = new.end(old.end(after)) if after else ""
    rows = {iri: "" if end in new.withdrawn else end for iri, end in rows.items()}
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows([HEADER, *sorted(rows.items())])
    return written.getvalue()
