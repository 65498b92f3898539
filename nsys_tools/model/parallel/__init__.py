"""A model on several GPUs: what each of them holds, computes and sends."""
