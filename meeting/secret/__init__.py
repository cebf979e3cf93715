"""What a secret ballot stands on: blind signatures (RFC 9474), and the key file that one vote needs and nobody keeps."""
