"""The portal in light browsers, driven by their keys."""
