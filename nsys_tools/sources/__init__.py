"""Inputs that can be opened or joined. Each source declares the tables it defines."""
