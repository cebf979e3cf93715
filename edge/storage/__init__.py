"""Where the house keeps what it acknowledged: engine, migrations, check, backup and restore."""
