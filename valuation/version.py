"""The version of the program; CHANGELOG.md says what each one changed."""

VERSION = "0.1.0"
