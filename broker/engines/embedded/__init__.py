"""A small, strict MQTT 3.1.1 broker in one process: what a commune has when nothing else is installed.

packets -> connection -> hub -> (session, trie, store, gate). docs/design/broker.md says what it refuses and why.
"""
