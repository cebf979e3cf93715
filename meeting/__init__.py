"""The meeting room: agenda, roll, floor, motions, ballots and the log that anyone can check."""
