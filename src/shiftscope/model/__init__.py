"""The network and its electrodes: loading, looking it over, taps, output, head and linear maps."""
