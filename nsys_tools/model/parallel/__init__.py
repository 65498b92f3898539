"""A model on several GPUs: the weights, computation and communication of each GPU."""
