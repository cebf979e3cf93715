"""People: accounts, roles, sessions and the audit log."""
