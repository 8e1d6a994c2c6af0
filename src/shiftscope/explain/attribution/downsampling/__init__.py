"""Where high frequencies come from: gradients in front of and behind the modules that make maps smaller."""
