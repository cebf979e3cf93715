"""Ground floor: every word that crosses the air, and the post office that carries it. Imports no other room."""
