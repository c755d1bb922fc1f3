"""All that bounds the receiver. Local choices, unless a source is given."""

BODY_BYTES = 128 * 1024  # 4000 characters take at most 48,000 bytes as a form
HEADER_BYTES = 16 * 1024
TARGET_BYTES = 16 * 1024  # a path with the 10 kB identifier in it fits
FORM_FIELDS = 200
DESCRIPTION_CHARACTERS = 4000  # GeoReport v2, POST Service Request
FIELD_CHARACTERS = 8000  # any other value of a form

CONNECTIONS = 64
IDLE_SECONDS = 15  # between two reads or writes
REQUEST_SECONDS = 30  # from the first byte, or from the last answer, to the next answer

LEDGER_BYTES = 256 * 1024 * 1024
LISTED_REQUESTS = 1000  # GeoReport v2, Response Volume
LISTED_DAYS = 90  # the same
EVENTS_PER_REQUEST = 1000

FAULTS = 32
FAULT_SECONDS = 600
HUGE_BYTES = 1024 * 1024 * 1024
