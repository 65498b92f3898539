-- One row per kernel execution, with the key of the name that it is listed under: the demangled one.
FROM _kernel
