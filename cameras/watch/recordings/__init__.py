"""What the cameras sent, on disk: segments of the very packets, an index over them, and a chain that shows when one was changed."""
