"""What a machine needs is said for it, and kallisto is one that the machine runs."""

import stat

import pytest

from claimcheck.core import installed
from claimcheck.core.errors import StudyError
from claimcheck.core.installed import require_machine
from claimcheck.core.machines import Machine, kallisto_by_conda, this_machine, way_out
from claimcheck.quantification import kallisto_binary
from claimcheck.quantification.kallisto_binary import find_kallisto, quantifies

LINUX, OLD, MUSL, ARM = (
    Machine("Linux", "x86_64", "glibc 2.36"),
    Machine("Linux", "x86_64", "glibc 2.17"),
    Machine("Linux", "x86_64", ""),
    Machine("Linux", "aarch64", "glibc 2.39"),
)
APPLE, INTEL_MAC, WINDOWS = Machine("Darwin", "arm64"), Machine("Darwin", "x86_64"), Machine("Windows", "x86_64")

WAYS = [
    (LINUX, (), True),
    (Machine("Linux", "x86_64", "glibc 2.28"), (), True),
    (Machine("Linux", "x86_64", "glibc 2.27"), ("container",), True),
    (Machine("Linux", "x86_64", "glibc 3.0"), (), True),
    (OLD, ("container",), True),
    (MUSL, ("container",), False),
    (ARM, ("C compiler", "kallisto", "container"), True),
    (Machine("Linux", "aarch64", "glibc 2.17"), ("container",), True),
    (Machine("Linux", "ppc64le", "glibc 2.36"), ("container",), False),
    (APPLE, (), True),
    (INTEL_MAC, ("C compiler", "Rust", "gseapy", "container"), True),
    (WINDOWS, ("WSL 2", "container"), False),
    (Machine("FreeBSD", "amd64"), ("container",), False),
]


@pytest.mark.parametrize(("machine", "words", "by_conda"), WAYS, ids=lambda value: str(value)[:30])
def test_each_machine_has_its_way_out(machine, words, by_conda):
    said = way_out(machine)
    assert bool(said) == bool(words)
    for word in words:
        assert word in said
    assert bool(kallisto_by_conda(machine)) == by_conda


@pytest.mark.parametrize(
    ("system", "processor", "libc", "expected"),
    [
        ("Linux", "x86_64", ("glibc", "2.36"), "Linux x86_64, glibc 2.36"),
        ("Linux", "arm64", ("", ""), "Linux aarch64"),
        ("Windows", "AMD64", ("", ""), "Windows x86_64"),
        ("Darwin", "arm64", ("", ""), "Darwin arm64"),
    ],
)
def test_processors_have_one_spelling(monkeypatch, system, processor, libc, expected):
    for name, value in (("system", system), ("machine", processor), ("libc_ver", libc)):
        monkeypatch.setattr(f"platform.{name}", lambda value=value: value)
    assert str(this_machine()) == expected


@pytest.mark.parametrize("by_conda", [True, False])
def test_windows_itself_is_refused_before_packages_are_looked_at(monkeypatch, by_conda):
    monkeypatch.setattr(installed, "this_machine", lambda: WINDOWS)
    with pytest.raises(StudyError, match="WSL 2"):
        require_machine(by_conda=by_conda)


def script(path, said):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{said}'\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Let the wheel be an empty folder, and PATH another one."""
    (tmp_path / "kb_python").mkdir()
    (tmp_path / "kb_python/__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


def carried(place, folder="linux"):
    return place / "kb_python/bins" / folder / "kallisto/kallisto"


def on(monkeypatch, machine):
    monkeypatch.setattr(kallisto_binary, "this_machine", lambda: machine)


@pytest.mark.parametrize(
    ("machine", "folder"), [(LINUX, "linux"), (INTEL_MAC, "darwin"), (APPLE, "darwin/m1"), (OLD, "linux")]
)
def test_the_binary_of_the_wheel_is_taken_where_it_runs(place, monkeypatch, machine, folder):
    on(monkeypatch, machine)
    path = script(carried(place, folder), "kallisto, version 0.52.0")
    script(place / "bin/kallisto", "kallisto, version 0.50.1")
    assert find_kallisto() == str(path)


@pytest.mark.parametrize("machine", [ARM, Machine("Linux", "ppc64le", "glibc 2.36"), MUSL])
def test_else_the_one_on_path_is_taken(place, monkeypatch, machine):
    on(monkeypatch, machine)
    carried(place).parent.mkdir(parents=True)
    carried(place).write_bytes(b"\x7fELF of another machine")
    carried(place).chmod(0o755)
    path = script(place / "bin/kallisto", "kallisto, version 0.51.1")
    assert find_kallisto() == str(path)


@pytest.mark.parametrize(
    ("machine", "words"),
    [
        (LINUX, ("does not run here", "Linux x86_64, glibc 2.36", "kallisto=0.52.0")),
        (MUSL, ("does not run here", "container")),
        (ARM, ("has none for this machine", "kallisto=0.52.0", "container")),
        (Machine("Linux", "ppc64le", "glibc 2.36"), ("has none for this machine", "container")),
    ],
)
def test_without_any_the_machine_and_the_way_out_are_said(place, monkeypatch, machine, words):
    on(monkeypatch, machine)
    carried(place).parent.mkdir(parents=True)
    carried(place).write_text("no program")
    with pytest.raises(StudyError) as caught:
        find_kallisto()
    message = str(caught.value)
    for word in ("kallisto was not found", "kallisto 0.50, 0.51 or 0.52", *words):
        assert word in message
    assert ("bioconda" in message) == bool(kallisto_by_conda(machine))


def test_only_targets_that_quantify_need_kallisto():
    assert quantifies(())
    assert quantifies({"samples", "quality"})
    assert not quantifies({"samples"})
    assert not quantifies({"fetch", "power"})
