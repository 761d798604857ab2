"""Which build of the program is tested: what is compiled cannot be patched from outside."""

import pytest

from algotradehub.trading import orders

IS_COMPILED = orders.__file__.endswith(".so")

patches_what_is_compiled = pytest.mark.skipif(
    IS_COMPILED, reason="it patches what is compiled; the interpreted build is the same source"
)
