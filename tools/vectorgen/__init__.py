"""Conformance vectors of the Kith wire protocol, made apart from the Swift sources."""
