"""The verifier's own parts. Nothing here imports any other code of the house: what counted is never what checks."""
