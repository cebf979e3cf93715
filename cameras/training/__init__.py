"""How the dumping network is made. Nothing that runs on a node imports this package."""
