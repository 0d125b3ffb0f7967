"""The demo's story and the verbs that it is told with."""
