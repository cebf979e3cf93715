"""The database's history: one file per change in `versions/`, never edited once it has been released."""
