"""What the watcher writes down of every camera-minute, and how that reaches the desk."""
