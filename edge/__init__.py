"""The roof: the only place that sees the whole house. It composes the rooms and runs the node."""
