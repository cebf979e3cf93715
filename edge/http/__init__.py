"""The HTTP surface: one origin, one port, one certificate for people, tablets and watchers."""
