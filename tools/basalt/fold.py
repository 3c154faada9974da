"""Writes the constants of other modules in where they are used, as mpy-cross does within one.

A `const` without a leading underscore stays in its module for others to look up: some 250 names in
memory on the board, and a search at each use. What is left of the sources here means the same: the
values stand in their places, and a module that held nothing but constants is not even loaded.
Names in functions that hide a constant are respected; what is imported inside a function is left.
"""

import ast

_Constants = dict[str, int]


def fold(sources: dict[str, str]) -> dict[str, str]:
    """The sources of a program (by module name, `pump.core.events`) with constants in place."""
    trees = {module: ast.parse(source) for module, source in sources.items()}
    constants = {module: _constants(tree) for module, tree in trees.items()}
    for module in _looked_up_late(trees, set(trees)):
        constants[module] = {}
    for module, tree in trees.items():
        modules, names = _imported(tree, constants)
        _Folder(constants[module], modules, names).visit(tree)
        _drop_unused(tree, set(modules), set(names))
    return {module: ast.unparse(tree) + "\n" for module, tree in trees.items()}


def _constants(tree: ast.Module) -> _Constants:
    """What a module gives to others as `NAME = const(number)`."""
    found: _Constants = {}
    for node in tree.body:
        name = _public_const(node)
        if name:
            value = ast.literal_eval(node.value.args[0])  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownArgumentType]
            found[name] = value
    return found


def _public_const(node: ast.stmt) -> str | None:
    match node:
        case ast.Assign(
            targets=[ast.Name(id=name)],
            value=ast.Call(func=ast.Name(id="const"), args=[argument]),
        ) if not name.startswith("_") and _is_number(argument):
            return name
        case _:
            return None


def _is_number(node: ast.expr) -> bool:
    match node:
        case ast.Constant(value=int()) | ast.UnaryOp(op=ast.USub(), operand=ast.Constant()):
            return True
        case _:
            return False


def _module_imports(tree: ast.Module) -> list[tuple[ast.ImportFrom, ast.alias]]:
    return [
        (node, alias)
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]


def _looked_up_late(trees: dict[str, ast.Module], modules: set[str]) -> set[str]:
    """Modules that some function imports when it runs: what they hold must stay there."""
    late: set[str] = set()
    for tree in trees.values():
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef):
                for node in ast.walk(function):
                    if isinstance(node, ast.ImportFrom):
                        late.add(node.module or "")
                        late |= {f"{node.module}.{alias.name}" for alias in node.names}
    return late & modules


def _imported(
    tree: ast.Module, constants: dict[str, _Constants]
) -> tuple[dict[str, _Constants], _Constants]:
    """Modules by the names they have here, and constants by the names they have here."""
    modules: dict[str, _Constants] = {}
    names: _Constants = {}
    for node, alias in _module_imports(tree):
        here = alias.asname or alias.name
        whole = f"{node.module}.{alias.name}"
        if whole in constants:
            modules[here] = constants[whole]
        elif alias.name in constants.get(node.module or "", {}):
            names[here] = constants[node.module or ""][alias.name]
    return modules, names


class _Folder(ast.NodeTransformer):
    """Puts values in the places of names, in one module."""

    def __init__(
        self, own: _Constants, modules: dict[str, _Constants], imported: _Constants
    ) -> None:
        self._own = own
        self._modules = modules
        self._values = own | imported
        self._hidden: list[set[str]] = []

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        if not self._hidden and _public_const(node) in self._own:
            return None
        return self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self._hidden.append(_bound_in(node))
        self.generic_visit(node)
        self._hidden.pop()
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if isinstance(node.ctx, ast.Load) and node.id in self._values and self._seen(node.id):
            return ast.Constant(self._values[node.id])
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if isinstance(node.value, ast.Name) and self._seen(node.value.id):
            value = self._modules.get(node.value.id, {}).get(node.attr)
            if value is not None:
                return ast.Constant(value)
        return self.generic_visit(node)

    def _seen(self, name: str) -> bool:
        return not any(name in names for names in self._hidden)


def _bound_in(function: ast.FunctionDef) -> set[str]:
    """The names that a function, or one inside it, has for itself."""
    bound: set[str] = set()
    for node in ast.walk(function):
        match node:
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                bound.add(name)
            case ast.ExceptHandler(name=str(name)) | ast.FunctionDef(name=name):
                bound.add(name)
            case ast.alias(name=name, asname=other):
                bound.add(other or name)
            case _:
                pass
    return bound


def _drop_unused(tree: ast.Module, modules: set[str], constants: set[str]) -> None:
    """Take out imports of constants, of modules that nobody needs any more, and of `const`.

    mpy-cross itself puts in place what is called `const`; to import it takes 0.3 ms of a start.
    """
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    gone = constants | (modules - used)
    for node, alias in _module_imports(tree):
        of_the_compiler = (node.module, alias.name) == ("micropython", "const")
        if of_the_compiler or (alias.asname or alias.name) in gone:
            node.names.remove(alias)
    tree.body = [node for node in tree.body if not isinstance(node, ast.ImportFrom) or node.names]
