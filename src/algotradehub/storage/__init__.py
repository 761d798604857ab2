"""Where the journal and its projections are kept: one package per kind of store."""
