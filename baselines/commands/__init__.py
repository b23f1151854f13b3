"""Commands of the trainable models: flags -> one call."""
