"""The watcher: a process of its own that reads cameras and proposes sightings."""
