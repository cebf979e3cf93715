"""What a camera scene and a case are: values in, values out."""
