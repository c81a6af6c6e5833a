"""A teacher labels clips: of any length, in many processes or on many machines; and how labels travel."""
