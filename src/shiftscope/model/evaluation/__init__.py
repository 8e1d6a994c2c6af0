"""A model while it is looked at: in eval mode, without gradients, and handed back as it came."""
