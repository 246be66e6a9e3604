"""citygraph: what sources say of cities and their networks, as a graph that can be checked, queried and cited.

from citygraph import Release

graph = Release.open("dist")
graph.query("memberships", city="lahti")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from citygraph.release import Release

__version__ = "0.1.0"
__all__ = ["Release", "__version__"]


def __getattr__(name: str) -> Any:
    """Import Release at its first use, so that `citygraph --help` need not."""
    if name == "Release":
        from citygraph.release import Release

        return Release
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
