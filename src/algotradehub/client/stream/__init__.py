"""The platform's stream for programs: topics, what is told of them, and how they are followed."""
