"""What a meeting is, as values: values in, values out. Only the standard library and itself; time is an argument."""
