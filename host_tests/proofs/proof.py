"""What a proof is: a claim, the function that tries to break it, and how hard it tries."""


class BrokenError(AssertionError):
    """A promise did not hold. The text says what was seen and how to see it again."""


class Proof:
    """One claim and the machinery that tries to break it.

    - `name`: one word, as on the command line; `claim`: the sentence that has to hold.
    - `prove(say, seed, only, jobs, **size)`: tries, and returns `[(what, figure)]` for the table,
      or raises BrokenError. `say(text)` reports progress. `only`: None, or the text that names one
      case as a BrokenError names it, to replay it alone. `jobs`: how many processes it may use.
    - `short`, `full`: the keyword arguments `size` of the two forms.
    - `found`: sentences on what this proof has found and what was mended; for the document.
    - `needs_chip`: whether it runs on the emulated RP2040 and so needs MicroPython's image.
    """

    def __init__(self, name, claim, prove, short, full, found=(), needs_chip=False):
        self.name = name
        self.claim = claim
        self.prove = prove
        self.short = short
        self.full = full
        self.found = found
        self.needs_chip = needs_chip


def run_short(proof, say=lambda text: None, jobs=1):
    """The short form with its fixed seed, as the suite runs it; returns the figures."""
    return proof.prove(say, 1, None, jobs, **proof.short)
