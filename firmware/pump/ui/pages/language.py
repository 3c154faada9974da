"""The texts of the pages in the language that the face speaks; app.py chooses its other ones.

A language is a module beside each of the English ones, of the same names, its own name with an
ending. Only one of each is in memory.
"""


def words(ui):
    """The module of the menu's texts."""
    if ui.texts.LANGUAGE:
        from pump.ui.pages import texts_de as texts
    else:
        from pump.ui.pages import texts
    return texts


def bolus_words(ui):
    """The module of the texts of a bolus."""
    if ui.texts.LANGUAGE:
        from pump.ui.pages import bolus_texts_de as texts
    else:
        from pump.ui.pages import bolus_texts as texts
    return texts
