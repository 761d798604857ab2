"""A venue in our own process: real accounts, books and rules, pretended money."""
