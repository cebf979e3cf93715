"""What is derived from the topic table for people and for other languages: a reference page, JSON Schemas, TypeScript.

`python -m broker.schemas` writes all of it; `--check` only says whether it is fresh. A test runs the check.
"""
