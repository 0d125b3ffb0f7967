"""The follow-up of an employee: `law` is the labour law, `standing` says where a next visit stands."""
