"""The command `basalt`: what each sub-command takes and prints. Exit codes are in errors.py."""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from basalt import __version__, config, firmware, loglines, open_store, output, ports, units
from basalt import build as building
from basalt import flash as flashing
from basalt import program_commands as programs
from basalt import pull as pulling
from basalt.client import PumpLink, SettingValue, Status, patience
from basalt.decode import Log
from basalt.errors import Problem, WrongInput
from basalt.options import AsJson, Port
from basalt.timeline import EPOCH_MS

_EXIT_CODES = (
    "Exit codes: 0 done, 2 wrong input, 3 serial port, 4 not a pump, 5 refused by the pump,"
    " 6 store, 7 server, 8 outcome not known, 1 anything else, 130 stopped by Ctrl-C."
)

app = typer.Typer(
    name="basalt",
    help="Builds, flashes and reads Basalt, a working model of an insulin pump. It pumps water:"
    " it is not a medical device.",
    epilog=_EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",  # a paragraph flows, however the source breaks it
)
time_app = typer.Typer(help="The pump's clock.", no_args_is_help=True)
settings_app = typer.Typer(help="The pump's settings and basal programs.", no_args_is_help=True)
app.add_typer(time_app, name="time")
app.add_typer(settings_app, name="settings")

# Commands that take long to import are imported when they are called: name -> (module, help,
# example). The module's `command`, or what stands after a colon, is a function as typer takes it.
_LATER = {
    "calibrate": (
        "basalt.calibrate",
        "Pump given trains of water onto a scale, and compute the steps in a unit.",
        "basalt calibrate --board pico --port /dev/ttyACM0",
    ),
    "doctor": (
        "basalt.doctor",
        "Look at a board from its port to its motor, and say in words what is wrong.",
        "basalt doctor --board pico --port /dev/ttyACM0",
    ),
    "selftest": (
        "basalt.selftest",
        "Try the pulse engine and every part on the real board, and show what held.",
        "basalt selftest --port /dev/ttyACM0",
    ),
    "report": (
        "basalt.report",
        "Write what a store tells about each day as one HTML page.",
        "basalt report --store pump.db --out days.html",
    ),
    "import": (
        "basalt.import_command",
        "Bring the logs of other stores into one.",
        "basalt import from-clinic.db --store pump.db",
    ),
    "config": (
        "basalt.config_command",
        "Show or set the port and the store that commands use by themselves.",
        "basalt config --port /dev/ttyACM0 --store ~/pump.db",
    ),
    "pumps": (
        "basalt.pumps_command",
        "List the pumps of a store, and what is there of their logs.",
        "basalt pumps --store pump.db",
    ),
    "export": (
        "basalt.export",
        "Write a store's log for other programs: Tidepool, Nightscout, CSV, JSON Lines, Parquet.",
        "basalt export --store pump.db --format tidepool --out pump.json",
    ),
    "upload": (
        "basalt.upload",
        "Send a store's log to a server.",
        "basalt upload nightscout --store pump.db --url https://my.site --token pump-0123456789",
    ),
    "sim": (
        "basalt.sim",
        "Run the virtual pump in this terminal, with a serial port of its own.",
        "basalt sim --pty",
    ),
    "monitor": (
        "basalt.monitor",
        "Watch a running pump: its screen, what it delivers, its newest records.",
        "basalt monitor --port /dev/ttyACM0",
    ),
    "pair": (
        "basalt.drive:pair",
        "Let this computer give a pump commands.",
        "basalt pair 0123-4567-89AB-CDEF",
    ),
    "bolus": ("basalt.drive:bolus", "Give a bolus.", "basalt bolus 1.5"),
    "temporary": (
        "basalt.drive:temporary",
        "Give another basal rate for a while, or end that.",
        "basalt temporary 150% 90min",
    ),
    "stop": ("basalt.drive:stop", "Stop the running bolus; basal goes on.", "basalt stop"),
    "suspend": ("basalt.drive:suspend", "Stop all delivery.", "basalt suspend"),
    "resume": ("basalt.drive:resume", "Deliver again after `basalt suspend`.", "basalt resume"),
    "outcome": (
        "basalt.drive:outcome",
        "Say what became of a command.",
        "basalt outcome 12-3",
    ),
    "demo": (
        "basalt.demo",
        "Run the virtual pump for one day, pull its log and show the figures.",
        "basalt demo",
    ),
}

StoreFile = Annotated[
    Path, typer.Option("--store", envvar="BASALT_STORE", help="SQLite file that keeps the log.")
]


def example(text: str) -> str:
    """The epilog of a command."""
    return f"Example: {text}"


@app.callback(invoke_without_command=True)
def basalt(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        output.out.print(f"basalt {__version__}")
        raise typer.Exit


# Boards


@app.command(epilog=example("basalt build --board pico --out build/pico"))
def build(
    out: Annotated[Path, typer.Option(help="Folder for the tree; an earlier tree is replaced.")],
    board: Annotated[str | None, typer.Option(help="Which board; see boards/.")] = None,
    all_boards: Annotated[
        bool, typer.Option("--all", help="A release: tree, filesystem and mip package of each.")
    ] = False,
    source: Annotated[bool, typer.Option("--source", help="Leave the source uncompiled.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make the tree to copy to a board's root, compiled with mpy-cross."""
    if all_boards == (board is not None):
        raise WrongInput("Say which board with --board, or --all for a release of every board.")
    if board is None:
        from basalt import release

        with output.bar("Building") as progress:
            made = release.make_all(out, progress)
        if as_json:
            output.print_json({"out": str(out), "boards": made})
        else:
            output.out.print(f"{out}: {', '.join(made)}.")
        return
    with output.bar("Building") as progress:
        files = building.build(board, out, source, progress)
    size = sum((out / path).stat().st_size for path in files)
    if as_json:
        data = {"board": board, "out": str(out), "bytes": size, "sha256": building.hashes(out)}
        output.print_json(data)
    else:
        output.out.print(f"{out}: {len(files)} files, {size:,} bytes, for {board}.")


@app.command(epilog=example("basalt flash --board pico"))
def flash(
    board: Annotated[str, typer.Option(help="Which board; see boards/.")],
    port: Port = None,
    source: Annotated[bool, typer.Option("--source", help="Flash the source uncompiled.")] = False,
    install: Annotated[
        bool, typer.Option("--install", help="Put MicroPython itself on the board first.")
    ] = False,
    image: Annotated[
        Path | None, typer.Option(help="MicroPython image for --install; else it is downloaded.")
    ] = None,
    drive: Annotated[
        Path | None, typer.Option(help="Boot drive for --install, if it is not found by itself.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Put the firmware on a board, and of that only what changed.

    A running pump is asked for service first, and refuses while it gives something.
    """
    building.check(board)
    if install:
        from basalt import install as installing

        with output.bar("Installing"):
            others = installing.install(
                board, port or _only_board_or_none(), image, drive, output.note
            )
            output.note("Waiting for the board to come back with MicroPython on it.")
            port = ports.appeared(port, others, 30 * patience())
    chosen = port or ports.only()
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / board
        with output.bar("Building") as progress:
            building.build(board, tree, source, progress)
        with output.bar("Copying") as progress:
            identity = flashing.flash(chosen, board, tree, output.note, progress)
    if as_json:
        output.print_json(asdict(identity))
    else:
        output.out.print(
            f"{identity.name} {identity.version} on {identity.board}, number"
            f" {identity.unique_id}, runs at {chosen}."
        )


@app.command(name="ports", epilog=example("basalt ports --json"))
def list_ports(
    port: Annotated[
        list[str] | None, typer.Option("--port", help="Look at this port too (repeat).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the serial ports, and which pump answers at each."""
    asked = [*ports.listed(), *((name, "") for name in port or [])]
    found: list[ports.Found] = []
    with output.bar("Asking") as progress:
        for name, text in asked:
            found.append(ports.probe(name, text))
            progress(len(found), len(asked))
    if as_json:
        output.print_json([asdict(each) for each in found])
    elif not found:
        output.note("There is no USB serial port at this computer.")
    for each in [] if as_json else found:
        who = each.identity
        text = f"{who.name} {who.version} on {who.board}, number {who.unique_id}" if who else ""
        output.out.print(f"{each.port}  {text or each.problem}", markup=False)


# A running pump


@app.command(epilog=example("basalt status --port /dev/ttyACM0"))
def status(port: Port = None, as_json: AsJson = False) -> None:
    """Show what the pump is doing."""
    with PumpLink.open(ports.choose(port)) as link:
        identity = link.identify()
        found = link.status()
    if as_json:
        data = {"pump": identity.unique_id, "version": identity.version, **asdict(found)}
        data["local"] = loglines.local_text(found.local_s)
        output.print_json(data)
        return
    output.facts(
        [
            ("pump", f"{identity.name} {identity.version} on {identity.board}"),
            ("number", identity.unique_id),
            *_status_facts(found),
        ]
    )


@time_app.command(name="show", epilog=example("basalt time show"))
def show_time(port: Port = None, as_json: AsJson = False) -> None:
    """Show the pump's clock, and how far it is from this computer's."""
    with PumpLink.open(ports.choose(port)) as link:
        link.identify()
        clock = link.time()
    ahead_s = round(clock.local_s - clock.utc_offset_min * 60 + EPOCH_MS / 1000 - time.time())
    text = loglines.local_text(clock.local_s)
    if as_json:
        output.print_json({**asdict(clock), "local": text, "ahead_s": ahead_s})
        return
    set_text = "set" if clock.trusted else "not set since the power was lost"
    output.facts(
        [
            ("local", text),
            ("UTC offset", units.offset_text(clock.utc_offset_min)),
            ("clock", set_text),
            ("ahead of this computer", f"{ahead_s} s"),
        ]
    )


@time_app.command(name="set", epilog=example("basalt time set --utc-offset +01:00"))
def set_time(
    port: Port = None,
    utc_offset: Annotated[
        str | None, typer.Option(help="Like +01:00; without it, that of this computer.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Set the pump's clock to this computer's time."""
    if utc_offset is None:
        offset = round(time.localtime().tm_gmtoff / 60)
    else:
        offset = units.parse_offset(utc_offset)
    with PumpLink.open(ports.choose(port)) as link:
        link.identify()
        local_s = round(time.time() - EPOCH_MS / 1000) + offset * 60
        link.set_time(local_s, offset)
    text = loglines.local_text(local_s)
    if as_json:
        output.print_json({"local": text, "local_s": local_s, "utc_offset_min": offset})
    else:
        output.out.print(f"The pump's clock is set to {text}, UTC{units.offset_text(offset)}.")


@settings_app.command(name="show", epilog=example("basalt settings show --json"))
def show_settings(port: Port = None, as_json: AsJson = False) -> None:
    """Show every setting with its range, and the basal programs."""
    with PumpLink.open(ports.choose(port)) as link:
        link.identify()
        values, known = link.settings(), link.programs()
    basal = next(one.segments for one in known if one.active)
    if as_json:
        output.print_json(
            {
                "settings": [
                    {"name": _setting_name(value.number), **asdict(value)} for value in values
                ],
                "basal": programs.segments_data(basal),
                "programs": [programs.data(one) for one in known],
            }
        )
        return
    output.facts([_setting_fact(value) for value in values])
    output.facts([("basal", units.basal_text(basal) + " U/h"), *programs.facts(known)])


@settings_app.command(
    name="set", epilog=example('basalt settings set basal "00:00=0.80 06:30=1.20"')
)
def set_setting(
    name: Annotated[str, typer.Argument(help="As `basalt settings show` calls it, or basal.")],
    value: Annotated[str, typer.Argument(help="In the unit that is shown; U has decimals.")],
    program: Annotated[
        int | None,
        typer.Option(min=1, max=4, help="Which basal program; without it the one in force."),
    ] = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Change one setting, or a basal program.

    `basalt settings set basal none --program 3` takes one away that is not in force.
    """
    if name.lower() == "basal":
        data, text = _set_basal(value, program, port)
    elif program is not None:
        raise WrongInput("--program goes with basal alone; nothing was changed.")
    else:
        setting = units.setting_named(name)
        number = units.parse_value(setting, value)
        with PumpLink.open(ports.choose(port)) as link:
            link.identify()
            _check_range(setting, number, link.settings())
            link.set_setting(setting.number, number)
        data = {"name": setting.name, "number": setting.number, "value": number}
        text = f"{units.short_name(setting)} is {units.value_text(setting, number)}"
        text = f"{text} {units.unit(setting)}".strip() + " now."
    if as_json:
        output.print_json(data)
    else:
        output.out.print(text, markup=False)


settings_app.command(name="activate", epilog=example("basalt settings activate 2"))(
    programs.activate
)
settings_app.command(name="name", epilog=example("basalt settings name 2 weekend"))(programs.name)


# The log


@app.command(epilog=example("basalt pull --port /dev/ttyACM0 --store pump.db"))
def pull(store: StoreFile, port: Port = None, as_json: AsJson = False) -> None:
    """Bring what is new in the pump's log into a store.

    It may be stopped at any moment: what came is safe, and the next pull goes on behind it.
    """
    chosen = ports.choose(port)
    with (
        PumpLink.open(chosen) as link,
        open_store.opened(store, create=True) as kept,
        output.bar("Pulling") as progress,
    ):
        pulled = pulling.pull(link, kept, progress)
    if as_json:
        output.print_json(asdict(pulled))
        return
    if pulled.began_anew:
        output.note(
            "This is another log than the one in the store: the pump's was erased or lost its"
            " newest records, or two pumps have one number. It is kept beside it, as"
            f" {pulled.pump}."
        )
    for gap in pulled.gaps:
        output.note(f"Records {gap.first_seq} to {gap.last_seq} are not there: {gap.reason}.")
    if pulled.damaged_records:
        output.note(f"{pulled.damaged_records} records came damaged; they are kept as they came.")
    if pulled.new_records:
        output.out.print(
            f"{pulled.new_records:,} new records of {pulled.pump}, {pulled.first_seq} to"
            f" {pulled.last_seq}."
        )
    else:
        output.out.print(f"Nothing new at {pulled.pump}.")


@app.command(epilog=example("basalt log --store pump.db --since 2026-01-08 --event bolus_end"))
def log(
    store: StoreFile,
    since: Annotated[
        str | None,
        typer.Option(help="From this time on: as the pump showed it, or with a zone (Z, +01:00)."),
    ] = None,
    until: Annotated[str | None, typer.Option(help="Before this time.")] = None,
    event: Annotated[list[str] | None, typer.Option(help="Only this event (repeat).")] = None,
    pump: Annotated[str | None, typer.Option(help="Only this pump, by its number.")] = None,
    form: Annotated[
        loglines.Format, typer.Option("--format", help="table, csv or json.")
    ] = loglines.Format.TABLE,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """Print the records of a store.

    The column `clock` says how the UTC time is known: `set` by the pump's set clock, `counted`
    back from when it was set, `host` by the computer that pulled, or `assumed` by the pump.
    """
    start = loglines.parse_moment(since) if since else None
    end = loglines.parse_moment(until) if until else None
    numbers = loglines.parse_events(event or [])
    logs: list[Log] = []
    with open_store.opened(store) as kept:
        names = [each.pump for each in kept.pumps()]
        if pump is not None and pump not in names:
            raise WrongInput(f"There is no pump {pump} in {store}; there are: {', '.join(names)}.")
        chosen = [pump] if pump is not None else names
        with output.bar("Reading") as progress:
            for at, each in enumerate(chosen):
                progress(at, len(chosen))
                logs.append(loglines.select(kept.log(each), start, end, numbers))
    writer = loglines.WRITERS.get(loglines.Format.JSON if as_json else form)
    # On a terminal the lines themselves tell how far it is.
    with output.bar("Writing", shown=not output.out.is_terminal) as progress:
        if writer is None:
            loglines.write_table(logs, output.out, progress)
        else:
            writer(logs, sys.stdout, progress)


@app.command(epilog=example("basalt events"))
def events(as_json: AsJson = False) -> None:
    """List every event that a log can hold, with its fields."""
    if as_json:
        output.print_json([asdict(event) for event in firmware.EVENTS.values()])
        return
    output.facts(
        [
            (event.name, f"{event.severity}: {', '.join(f.name for f in event.fields) or '-'}")
            for event in firmware.EVENTS.values()
        ]
    )


# Entry


def main(arguments: list[str] | None = None) -> None:
    """Run the command; every problem of the user's ends in one sentence and an exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        # A shell that completes a line hands it over in the environment.
        _add_later(_called(os.environ.get("_TYPER_COMPLETE_ARGS", "").split()[1:] or given))
        # A broken config file must not stand in the way of mending it.
        mending = given[:1] == ["config"]
        app(args=given, prog_name="basalt", default_map={} if mending else config.defaults())
    except Problem as problem:
        output.err.print(f"basalt: {problem}", markup=False)
        sys.exit(problem.code)
    except BrokenPipeError:
        # Whoever read the output has enough; nothing more may be written, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # the last resort: a bug must not bury the user in a traceback
        if os.environ.get("BASALT_DEBUG"):
            raise
        output.err.print(
            f"basalt: This is a bug in basalt ({type(error).__name__}: {error}); set"
            " BASALT_DEBUG=1 to see where, and report it.",
            markup=False,
        )
        sys.exit(1)


def everything() -> Any:
    """The command with all that it has, loaded: for who walks over it."""
    _add_later(list(_LATER))
    return typer.main.get_command(app)


def _add_later(words: list[str]) -> None:
    """Add the commands of other files: those that are called, and of the rest a line of help."""
    # Another call in this process may have needed another one.
    app.registered_commands = [info for info in app.registered_commands if info.name not in _LATER]
    for name, (module, text, shown) in _LATER.items():
        if name in words:
            app.command(name=name, epilog=example(shown))(_loaded(module))
        else:
            app.command(name=name, help=text, epilog=example(shown))(_none)


def _called(arguments: list[str]) -> list[str]:
    """The name of the command, where there is one."""
    return [text for text in arguments if not text.startswith("-")][:1]


def _loaded(place: str) -> Callable[..., None]:
    """The function of 'module:function', or the `command` of a module."""
    module, _, function = place.partition(":")
    return getattr(import_module(module), function or "command")


def _none() -> None:
    """Stands in for a command that is listed, not called."""


def _only_board_or_none() -> str | None:
    """The port of the only board there is; a board that waits for its UF2 has none."""
    names = [name for name, _ in ports.listed()]
    return names[0] if len(names) == 1 else None


def _check_range(setting: firmware.Setting, value: int, there: list[SettingValue]) -> None:
    for row in there:
        if row.number == setting.number and not units.within(setting, value, row.least, row.most):
            raise WrongInput(
                f"{units.short_name(setting)} must be"
                f" {units.range_text(setting, row.least, row.most)}, not"
                f" {units.value_text(setting, value)}; nothing was changed."
            )


def _set_basal(value: str, program: int | None, port: str | None) -> tuple[dict[str, Any], str]:
    """What was set, as JSON and as a sentence."""
    away = value.strip().lower() == "none" and program is not None
    segments = [] if away else units.parse_basal(value)
    with PumpLink.open(ports.choose(port)) as link:
        link.identify()
        in_force = link.status().program
        if away and program == in_force:
            raise WrongInput(f"Program {program} is in force; nothing was changed.")
        if program in (None, in_force):
            link.set_basal(segments)
        else:
            link.set_program(program, segments)
    data = {"basal": programs.segments_data(segments), "program": program or in_force}
    if away:
        return data, f"basal program {program} is taken away."
    what = "basal" if program is None else f"basal program {program}"
    where = "" if program in (None, in_force) else ", not in force"
    return data, f"{what} is {units.basal_text(segments)} U/h now{where}."


def _setting_name(number: int) -> str:
    known = firmware.SETTINGS.get(number)
    return known.name if known else f"setting_{number}"


def _setting_fact(row: SettingValue) -> tuple[str, str]:
    known = firmware.SETTINGS.get(row.number)
    if known is None:
        return f"setting_{row.number}", f"{row.value} ({row.least} to {row.most})"
    text = f"{units.value_text(known, row.value)} {units.unit(known)}".strip()
    return units.short_name(known), f"{text}  ({units.range_text(known, row.least, row.most)})"


def _status_facts(found: Status) -> list[tuple[str, str]]:
    rows = [("state", found.state), ("basal", f"{units.decimal_text(found.rate_mu_h)} U/h")]
    if found.program > 1:
        rows.append(("program", f"{found.program} is in force"))
    if found.temporary_left_s:
        minutes = -(-found.temporary_left_s // 60)
        rows.append(("temporary", f"for {minutes} min more, then the program"))
    if found.bolus_running:
        given, asked = found.bolus_given_mu, found.bolus_asked_mu
        rows.append(("bolus", f"{units.decimal_text(given)} of {units.decimal_text(asked)} U"))
    if found.extended_id:
        given, asked, left_s = (
            found.extended_given_mu,
            found.extended_asked_mu,
            found.extended_left_s,
        )
        rows.append(("extended", units.running_text(given, asked, left_s)))
    battery = found.battery_mv
    rows.append(("reservoir", units.reservoir_text(found.reservoir_mu, found.reservoir_left_min)))
    rows.append(("on board", f"{units.decimal_text(found.on_board_mu)} U"))
    rows.append(("battery", f"{battery} mV" if battery >= 0 else "none"))
    for alarm in found.alarms:
        seen = " (not acknowledged)" if alarm in found.alarms_waiting else ""
        rows.append(("alarm", alarm + seen))
    doubt = "" if found.clock_trusted else " (not set since the power was lost)"
    rows.append(("clock", f"{loglines.local_text(found.local_s)}{doubt}"))
    rows.append(("up", f"{found.uptime_ms // 1000} s, start {found.boot}"))
    rows.append(("free memory", f"{found.free_bytes:,} bytes"))
    rows.append(("log", f"records {found.first_seq} to {found.next_seq - 1}"))
    return rows


if __name__ == "__main__":
    main()
