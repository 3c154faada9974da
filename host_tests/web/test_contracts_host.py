"""The contracts of the parts hold in the browser: the tests of every Python, run there too."""

import pytest

from host_tests.vm.machine import ROOT, files
from host_tests.vm.test_vm_host import portable_tests
from host_tests.web.browser import SITE, SOURCE

SHARED = ("host_tests.fakes.", "host_tests.scenarios.")  # what the page's desk is made of
TESTS = [test for test in portable_tests() if test[0].startswith(SHARED)]


# A fresh MicroPython in the tab, from the page's own wasm; what the test raised, or "".
RUN = """async ({glue, wasm, files, module, call}) => {
    const { loadMicroPython } = await import(glue);
    const said = [];
    const python = await loadMicroPython({
        heapsize: 1024 * 1024, url: wasm, linebuffer: true, stdout: line => said.push(line),
    });
    for (const [path, text] of Object.entries(files)) {
        const folders = path.split("/").slice(0, -1);
        folders.forEach((_, depth) => {
            const folder = "/" + folders.slice(0, depth + 1).join("/");
            if (!python.FS.analyzePath(folder).exists) python.FS.mkdir(folder);
        });
        python.FS.writeFile("/" + path, text);
    }
    python.runPython('import sys\\nsys.path[:] = ["/firmware", "/", ".frozen"]\\nraised = ""');
    python.runPython([
        "try:",
        `    getattr(__import__("${module}", None, None, ("*",)), "${call}")()`,
        "except BaseException as error:",
        "    sys.print_exception(error)",
        "    raised = repr(error)",
    ].join("\\n"));
    const raised = python.globals.get("raised");
    return raised && said.join("\\n");
}"""


@pytest.fixture(scope="module")
def tab(chromium, site):
    """An empty tab on the server of the page."""
    with chromium.new_page() as page:
        page.goto(site + "source/host_tests/README.md")
        yield page


def run(tab, module, call):
    """What a test raised in the browser, with its traceback; "" when it passed."""
    folder = "tools/web/node_modules/@micropython/micropython-webassembly-pyscript"
    (wasm,) = (SITE / "assets").glob("*.wasm")
    sources = {path: (ROOT / path).read_text(encoding="utf-8") for path in files()}
    return tab.evaluate(
        RUN,
        {
            "glue": f"{SOURCE}{folder}/micropython.mjs",
            "wasm": f"/assets/{wasm.name}",
            "files": sources,
            "module": module,
            "call": call,
        },
    )


@pytest.mark.parametrize(("module", "call"), TESTS, ids=[call for _, call in TESTS])
def test_in_the_browser(tab, module, call):
    assert run(tab, module, call) == ""


def test_the_engine_contract_is_among_them():
    assert "test_the_faked_engine_keeps_every_clause_of_the_contract" in dict(map(reversed, TESTS))


def test_a_failure_in_the_browser_is_seen(tab):
    assert "AssertionError" in run(tab, "host_tests.vm.samples", "wrong_sum")
