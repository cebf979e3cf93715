"""The officer's side of the camera room: what was sighted, judged and kept."""
