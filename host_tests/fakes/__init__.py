"""Parts that behave: state and physics, no mocks."""
