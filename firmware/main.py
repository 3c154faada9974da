"""Runs the pump, unless boot.py has found that the board is to be serviced."""

# boot.py runs before this, in the same namespace.
if not service:  # noqa: F821 # pyright: ignore[reportUndefinedVariable]
    import board
    from pump.app import App
    from pump.hardware import Hardware

    App(board, Hardware(board)).run()
