-- One row per kernel execution with the key of the name under which it is listed, the demangled name.
FROM _kernel
