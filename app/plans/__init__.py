"""Payment plans: what a member pays later, in instalments that staff agreed to."""
