"""How well the watcher finds dumping on clips whose truth is known. Runtime dependencies only; plots where matplotlib is installed."""
