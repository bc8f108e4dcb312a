"""Doing things: asynchronous, no Qt. Facts go up as events on the bus, after the commit."""
