"""The tour: six lessons, each ticked by what was done, ended by the right answer."""


def answer(page, go_on=True):
    """Choose a wrong answer first, then the right one."""
    page.page.wait_for_selector(".question button")
    page.page.locator(".question button:not([data-right])").first.click()
    assert "Not quite" in page.text(".question [role=status]")
    page.page.click(".question [data-right]")
    assert "Right." in page.text(".question [role=status]")
    if go_on:
        page.page.click(".question .next")


def wait_task(page, index):
    """Until a task is ticked."""
    page.page.wait_for_selector(f'[data-task="{index}"].done')


def basal(page):
    page.speed(60)
    wait_task(page, 0)
    page.speed(3600)
    wait_task(page, 1)
    wait_task(page, 2)


def bolus(page):
    page.speed(1)
    page.bolus(presses=2)
    page.page.wait_for_timeout(1_000)
    page.press("STOP")
    wait_task(page, 1)
    page.press("STOP")


def limits(page):
    for _ in range(3):
        page.press("UP", 7)
        page.press("OK", 2)
        page.page.wait_for_selector('body[data-state="bolus"], [data-task="1"].done')
        if page.page.locator('[data-task="1"].done').count():
            break
        page.speed(60)
        page.page.wait_for_selector('body[data-state="running"]')
        page.speed(1)
        page.press("STOP")
    wait_task(page, 1)
    page.press("STOP", 2)


def occlusion(page):
    page.fault("occlusion")
    page.speed(3600)
    wait_task(page, 1)
    page.fault("occlusion")
    page.page.wait_for_timeout(2_500)
    page.press("OK")
    wait_task(page, 2)
    page.page.wait_for_timeout(300)
    page.hold("STOP", 2_600)
    wait_task(page, 3)


def power_cut(page):
    page.speed(3600)
    page.page.wait_for_timeout(4_000)
    page.speed(1)
    page.bolus(presses=2)
    page.page.wait_for_selector('body[data-state="bolus"]')
    before = page.steps()
    page.until(lambda: page.steps() > before + 20, "more than basal gives")
    page.power()
    wait_task(page, 1)
    page.power()
    wait_task(page, 2)


def report(page):
    page.page.click("#pull")
    wait_task(page, 0)


def test_a_script_can_finish_all_six_lessons(visit):
    page = visit()
    steps = (basal, bolus, limits, occlusion, power_cut, report)
    for step in steps:
        step(page)
        answer(page, go_on=step is not report)
    assert page.page.locator("#lessons .done").count() == 6
    assert "All six are done" in page.text(".question .next")


def test_a_lesson_that_was_finished_is_remembered(visit):
    page = visit()
    basal(page)
    answer(page)
    page.page.reload()
    page.page.wait_for_selector('[data-lesson="1"][aria-current]')
    assert page.page.locator("#lessons .done").count() == 1


def test_what_was_done_before_its_turn_does_not_count(visit):
    page = visit()
    page.page.click('[data-lesson="3"]')
    page.fault("occlusion")
    wait_task(page, 0)
    page.page.click('[data-lesson="4"]')
    assert page.page.locator(".tasks .done").count() == 0
