"""Wire words: frozen, versioned pydantic models, one file per conversation. Times are UTC with an offset (RFC 3339)."""
