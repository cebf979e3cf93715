"""What a node learns from its officers' verdicts: a last layer, by numpy alone, and how two of them compare."""
