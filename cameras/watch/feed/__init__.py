"""A camera's pictures for people: live, played from the recordings, or as small previews, over a WebSocket that the watcher opens."""
