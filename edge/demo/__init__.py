"""A living demo commune: a council session, four cameras, an officer's queue and the commune's inbox."""
