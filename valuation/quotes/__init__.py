"""A quote: what goes in, how it is priced, what it says, how it is made again."""
