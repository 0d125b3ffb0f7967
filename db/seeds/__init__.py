"""The demo's story and the verbs that write it."""
