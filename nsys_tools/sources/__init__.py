"""What can be opened or joined: each source says which tables it defines."""
