"""Cameras that speak ONVIF (profiles S and T): found, read and set. Every talk with one is a process of its own that is ended in time."""
