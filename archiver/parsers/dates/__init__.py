"""When a story was published and changed: dates as pages write, state and address them."""
