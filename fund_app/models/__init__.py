"""Tables: columns, constraints, indexes, relations; one file per noun.

Importing the package imports every file in it, so that the metadata is always whole.
"""

from importlib import import_module
from pkgutil import iter_modules

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
