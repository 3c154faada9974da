"""The page with the pump in it, as a person uses it in a browser."""
