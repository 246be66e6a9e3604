"""A release for portals and people: catalogue, statistics, flat tables, citation, feed, and what must not change."""
