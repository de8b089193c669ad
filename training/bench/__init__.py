"""``make bench``: how fast quotes are made, beside plain peers, interleaved and on loopback."""
