"""The node as a running thing: a supervisor and its children, the broker, the desk and the watchers."""
