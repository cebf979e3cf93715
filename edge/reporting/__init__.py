"""Facts of the rooms become reports, and reports reach the commune's own systems at least once."""
