"""The camera room: the watchers that notice, and the desk where an officer decides."""
