"""Holds what the documents say of the tree: links, make targets, the warning to readers."""

import re

import pytest
from alarm_table import FACTS

from host_tests.structure import source
from pump.core import event_table

MAKEFILE = (source.ROOT / "Makefile").read_text(encoding="utf-8")
DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "boards/*/*.md", "docs/**/*.md", "host_tests/**/*.md")
    for path in source.ROOT.glob(pattern)
)
each_document = pytest.mark.parametrize("path", DOCUMENTS, ids=source.name)


def targets():
    """Every make target that a person may call."""
    return set(re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[1].split())


def test_the_document_of_alarms_says_of_each_what_raises_it_and_of_each_cause_what_ends_it():
    assert [name for name, _, _ in FACTS] == list(event_table.ALARM_NAMES[1:])
    assert all(cause for _, cause, _ in FACTS)
    text = (source.ROOT / "tools" / "README.md").read_text(encoding="utf-8")
    for number, (name, cause, _) in enumerate(FACTS, 1):
        assert f"| {number} | `{name}` |" in text and f"| {cause} |" in text, name


def test_help_lists_every_target():
    listed = set(re.findall(r"^([a-z-]+):.*## \w", MAKEFILE, re.MULTILINE))
    assert listed == targets()


def test_continuous_integration_runs_the_test_target_of_the_readme():
    readme = (source.ROOT / "README.md").read_text(encoding="utf-8")
    assert "make test" in readme
    assert "make demo" in readme
    assert (source.ROOT / ".ci" / "run").read_text(encoding="utf-8").endswith("\nmake test\n")


def test_the_readme_says_that_this_is_no_medical_device():
    readme = (source.ROOT / "README.md").read_text(encoding="utf-8").lower()
    assert "not a medical device" in " ".join(readme.replace("*", "").split())


@each_document
def test_every_link_to_a_file_of_this_tree_leads_somewhere(path):
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)", text) + re.findall(r'src="([^"]+)"', text):
        if "://" not in target and not target.startswith("mailto:"):
            assert (path.parent / target).exists(), target


@each_document
def test_every_make_target_that_a_document_names_exists(path):
    named = re.findall(r"`make ([a-z-]+)", path.read_text(encoding="utf-8"))
    assert set(named) <= targets()
