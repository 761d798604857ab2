"""One folder per venue family; each speaks its venue's words and hands over ours."""
