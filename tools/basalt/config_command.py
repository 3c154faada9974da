"""The command `basalt config`: which port and store are meant when a command does not say."""

from typing import Annotated

import typer

from basalt import config, output


def command(
    port: Annotated[str | None, typer.Option(help="Serial port to use; '' for none.")] = None,
    store: Annotated[str | None, typer.Option(help="Store to use; '' for none.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the config file, or change it: the port and the store that commands use by themselves.

    An option of a command comes first, then its environment variable, then this file.
    """
    asked = {"port": port, "store": store}
    changed = any(value is not None for value in asked.values())
    values = config.write(asked) if changed else config.read()
    if as_json:
        output.print_json({"file": str(config.path()), **values})
        return
    rows = [(key, values.get(key, "not set")) for key in config.KEYS]
    output.facts([("file", str(config.path())), *rows])
