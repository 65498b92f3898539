-- One row per kernel execution, with the key of the name under which it is listed. This is the demangled name.
FROM _kernel
