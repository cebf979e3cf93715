"""Devices: enrolment, credentials, wanted and reported configuration, cameras."""
