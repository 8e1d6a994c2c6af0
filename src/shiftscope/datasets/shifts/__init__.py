"""Shifts on a dial: pictures changed by a named amount from 0 to 1, the same bytes everywhere."""
