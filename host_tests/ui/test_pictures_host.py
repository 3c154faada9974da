"""Every screen looks as its stored picture, and the font is what is drawn."""

import pytest

from host_tests.ui import glyphs
from host_tests.ui.pictures import page, png, scenes
from host_tests.ui.pictures.scenes import SCENES

MOST_DEEP = 3  # menus


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_the_screen_looks_as_stored(scene):
    picture = png.drawn(scene())
    if not png.same(scene.__name__, picture):
        path = png.store(picture, png.LOOK, scene.__name__)
        pytest.fail(
            f"the screen looks different now: look at {path}; if it is right, "
            "run `python -m host_tests.ui.pictures --write`"
        )


def test_no_stored_picture_is_left_of_a_screen_that_is_gone():
    assert {path.stem for path in png.STORED.glob("*.png")} == {s.__name__ for s in SCENES}


def test_a_picture_with_one_other_dot_is_not_the_same(tmp_path, monkeypatch):
    picture = png.drawn(SCENES[0]())
    monkeypatch.setattr(png, "STORED", tmp_path)
    assert not png.same("boot", picture)
    png.store(picture, tmp_path, "boot")
    assert png.same("boot", picture)
    picture.putpixel((5, 5), 1 - int(picture.getpixel((5, 5)) > 0))
    assert not png.same("boot", picture)


def test_the_page_of_all_screens_shows_them_and_their_ways_as_they_are():
    assert page.is_made(), "run `python -m host_tests.ui.pictures --page`"


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_no_menu_lies_more_than_three_deep(scene):
    # By name: a bench loads the pages anew, and each time they are other classes.
    stack = scene().ui._stack
    deep = [type(screen) for screen in stack[MOST_DEEP + 1 :]]
    assert not [kind for kind in deep if is_list(kind)]


def is_list(kind):
    return any(base.__name__ == "ListScreen" for base in kind.__mro__)


def test_a_menu_is_known_for_one():
    assert is_list(type(scenes.menu_top().ui.top()))
    assert not is_list(type(scenes.home().ui.top()))


def test_the_font_is_what_is_drawn():
    assert glyphs.main([]) == 0
