"""Runs the pump, unless boot.py has found that the board is to be serviced."""

if not service:  # noqa: F821 - boot.py runs before this, in the same namespace
    import board
    from pump.app import App
    from pump.hardware import Hardware

    App(board, Hardware(board)).run()
