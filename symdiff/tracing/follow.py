"""Copies of a user's functions that see what can be followed in the places of numpy and math.

The copy has the code, the closure and the names of the original, looked up when they are used; no module is touched,
so other threads see nothing of it. Functions, classes and objects of the user's own code that it meets are followed
too, those of the standard library and of installed packages are not.
"""

from __future__ import annotations

import abc
import builtins
import functools
import math
from types import BuiltinFunctionType, CellType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from symdiff.tracing.shims import BUILTINS, Function, Module, Vectorized, math_functions, numpy_functions
from symdiff.tracing.tape import Tape, is_users

_OF_NUMPY = (type(np.mean), np.ufunc)
_PARTS = (FunctionType, staticmethod, classmethod, property)
_SPECIAL = (BaseException, tuple, list, dict, set, int, float, complex, str, np.ndarray)


class _Globals(dict[str, Any]):
    """The names of a module as they are when they are asked for, followed."""

    def __init__(self, real: dict[str, Any], follower: Follower) -> None:
        super().__init__(__name__=real.get("__name__"), __builtins__=follower.builtins)
        self.real = real
        self.follower = follower

    def __missing__(self, name: str) -> Any:
        return self.follower.followed(self.real[name])


class Follower:
    """What is followed in one run, each thing once."""

    def __init__(self, tape: Tape, package: str) -> None:
        self.package = package.partition(".")[0]
        self.done: dict[int, tuple[Any, Any]] = {}  # by identity: what it is of, which is kept alive, and what is used
        self.globals: dict[int, _Globals] = {}
        self.classes: set[type] = set()
        self.builtins = {**vars(builtins), **BUILTINS, "__import__": self._imported}
        own = numpy_functions(tape, self)
        self._enter(np, Module(np, own, self.followed))
        numbers = math_functions()
        self._enter(math, Module(math, numbers, self.followed))
        for names, module in ((own, np), (numbers, math)):
            for name, function in names.items():
                self._enter(getattr(module, name, None), function)

    def _imported(self, *args: Any, **keywords: Any) -> Any:
        return self.followed(__import__(*args, **keywords))

    def _enter(self, real: Any, used: Any) -> Any:
        self.done[id(real)] = real, used
        return used

    def followed(self, value: Any) -> Any:
        """What is used in the place of a value: itself, where nothing in it could take a traced value out."""
        known = self.done.get(id(value))
        if known is not None:
            return known[1]
        kind = type(value)
        if kind is FunctionType:
            return self._function(value) if self._is_users(value.__code__.co_filename, value.__module__) else value
        if kind is ModuleType:
            return self._module(value)
        if kind in _OF_NUMPY:
            return self._enter(value, Function(value))
        if kind in (BuiltinFunctionType, int, float, str, bool, type(None), np.ndarray):
            return value
        if kind is MethodType:
            return self._method(value)
        if kind is functools.partial:
            return functools.partial(self.followed(value.func), *value.args, **value.keywords)
        if kind is functools._lru_cache_wrapper:
            return self._enter(value, functools.lru_cache(**value.cache_parameters())(self.followed(value.__wrapped__)))
        if kind is np.vectorize:
            return Vectorized(self.followed(value.pyfunc), {"otypes": value.otypes})
        if kind in (list, tuple, dict):
            return self._container(value)
        if isinstance(value, type):
            return self._class(value) if self._is_users_class(value) else value
        return self._instance(value) if self._is_users_class(kind) else value

    def _is_users(self, filename: str, module: str | None) -> bool:
        if module and self.package not in ("", "__main__", "numpy") and module.partition(".")[0] == self.package:
            return True
        return is_users(filename)

    def _is_users_class(self, cls: type) -> bool:
        """Whether a plain class has methods in the user's own code."""
        if type(cls) not in (type, abc.ABCMeta) or cls in self.classes or not hasattr(cls, "__dict__"):
            return False
        codes = [f.__code__ for f in vars(cls).values() if isinstance(f, FunctionType)]
        special = issubclass(cls, _SPECIAL) or any("__init_subclass__" in vars(b) for b in cls.__mro__[:-1])
        return not special and any(self._is_users(code.co_filename, cls.__module__) for code in codes)

    def _function(self, f: FunctionType) -> FunctionType:
        names = self.globals.get(id(f.__globals__))
        if names is None:
            names = self.globals[id(f.__globals__)] = _Globals(f.__globals__, self)
        # what stays as it is stays in its cell, which `nonlocal` may write to
        closure = tuple(CellType() if self._is_followed(cell) else cell for cell in f.__closure__ or ())
        made = FunctionType(f.__code__, names, f.__name__, None, closure)
        self._enter(f, made)
        self._enter(made, made)
        for cell, own in zip(f.__closure__ or (), closure, strict=True):
            if own is not cell:
                own.cell_contents = self.followed(cell.cell_contents)
        made.__defaults__ = f.__defaults__ and tuple(map(self.followed, f.__defaults__))
        made.__kwdefaults__ = f.__kwdefaults__ and {k: self.followed(v) for k, v in f.__kwdefaults__.items()}
        made.__dict__ = f.__dict__
        made.__module__, made.__qualname__, made.__doc__ = f.__module__, f.__qualname__, f.__doc__
        return made

    def _is_followed(self, cell: CellType) -> bool:
        try:
            value = cell.cell_contents
        except ValueError:  # empty as yet
            return False
        kind = type(value)
        return callable(value) or kind in (ModuleType, list, tuple, dict) or self._is_users_class(kind)

    def _method(self, method: MethodType) -> Any:
        owner = self.followed(method.__self__)
        return method if owner is method.__self__ else getattr(owner, method.__name__)

    def _module(self, module: ModuleType) -> Any:
        if module is np.linalg or module is np.fft:
            return self._enter(module, Module(module, {}, self.followed))
        filename = getattr(module, "__file__", None)
        users = filename is not None and self._is_users(filename, module.__name__)
        return self._enter(module, Module(module, {}, self.followed)) if users else module

    def _container(self, value: Any) -> Any:
        """Functions in tables; what holds none of them stays the very object."""
        parts = list(value.values()) if type(value) is dict else list(value)
        if len(parts) > 1000 or not any(callable(part) or self._is_users_class(type(part)) for part in parts):
            return value
        used = list(map(self.followed, parts))
        if all(a is b for a, b in zip(parts, used, strict=True)):
            return value
        return self._enter(value, dict(zip(value, used, strict=True)) if type(value) is dict else type(value)(used))

    def _class(self, cls: type) -> type:
        """A subclass with its methods followed; its bases, too."""
        bases = [used for base in cls.__bases__ if (used := self.followed(base)) is not base]
        parts = {name: part for name, part in vars(cls).items() if isinstance(part, _PARTS)}
        made: Any = type(cls)(cls.__name__, (*bases, cls), {**parts, "__module__": cls.__module__})
        self._enter(cls, made)
        self._enter(made, made)
        self.classes.add(made)
        for name, part in parts.items():
            setattr(made, name, self._part(part))
        if getattr(cls, "__getattribute__") is object.__getattribute__:  # noqa: B009 - mypy takes it for another
            made.__getattribute__ = lambda own, name: self._of_object(object.__getattribute__(own, name))
        return made

    def _of_object(self, value: Any) -> Any:
        """Objects that objects are made of."""
        kind = type(value)
        return self.followed(value) if kind in (FunctionType, list, tuple) or self._is_users_class(kind) else value

    def _part(self, part: Any) -> Any:
        if isinstance(part, property):
            getter, setter, deleter = (f and self._part(f) for f in (part.fget, part.fset, part.fdel))
            return property(getter, setter, deleter, part.__doc__)
        if isinstance(part, (staticmethod, classmethod)):
            return type(part)(self._part(part.__func__))
        return self.followed(part)

    def _instance(self, value: Any) -> Any:
        """The object with the same state, and methods that are followed."""
        try:
            made = object.__new__(self.followed(type(value)))
        except TypeError:  # of a kind that is made in another way
            return value
        if not hasattr(value, "__dict__"):
            return value
        made.__dict__ = value.__dict__
        return self._enter(value, made)
