"""What looks at the gate: the plot of what it read, and audits of the minutes that were slept through."""
