"""The papers of a meeting: PDF documents as files named by their hash."""
