"""The vote log: a Merkle tree that only grows, signed heads of it, receipts, bundles, and a verifier that shares no code with them."""
