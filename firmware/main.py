"""Runs the pump, unless boot.py has found that the board is to be serviced."""

# boot.py runs before this, in the same namespace.
if not service:  # noqa: F821 # pyright: ignore[reportUndefinedVariable]
    import gc

    import board

    try:
        from pump.app import App

        # What loading left behind lies between what stays; later there is no large piece left.
        gc.collect()
        from pump.hardware import Hardware

        App(board, Hardware(board)).run()
    except Exception:
        # A file that is damaged, or a pump that hangs at every start: nobody must take it for one
        # that runs. The traceback comes out on the serial port as ever.
        from pump.parts import park

        park(board, failed=True)
        raise
