"""A member's declaration made by the service on the phone: begun, filed, confirmed or contested."""
