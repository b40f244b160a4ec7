/* What gestures can move, one row a target: TARGET(name, field, how). `MOD_name` is its number and the field of
   `ModValues` what a voice is asked for; the rest says how several routes to it combine, if not by adding up. Its unit,
   range and meaning are a row of Python's table, engine/modulation/matrix.py. Maps that were compiled keep the number, so
   that a new target goes to the end. */
TARGET(VOLUME, volume, STRONGEST, WITHIN(0.0f, 1.0f))
TARGET(LEVEL, level_db, WITHIN(SHUT_DB, INFINITY))
TARGET(VOLUME_FLUCTUATION, fluctuation_db, ATTRIBUTE(volume_fluctuation))
TARGET(VOLUME_PEAK_POSITION, peak, ATTRIBUTE(volume_peak_position))
TARGET(VIBRATO, vibrato_cents, STRONGEST, ATTRIBUTE(vibrato))
TARGET(BRIGHTNESS, brightness, WITHIN(-2.0f, 2.0f), ATTRIBUTE(brightness))
TARGET(ATTACK_NOISE, noise_db, ATTRIBUTE(attack_noise))
TARGET(PITCH, pitch)
TARGET(GAIN, gain_db, ZONE)
TARGET(PAN, pan, ZONE, WITHIN(-1.0f, 1.0f))
TARGET(ROOM, room)
TARGET(BALANCE, balance_db, WITHIN(-48.0f, 48.0f))
TARGET(LEGATO_TIME, legato_octaves, AT_KEY, WITHIN(-2.0f, 2.0f))
TARGET(VIBRATO_RATE, rate_octaves, WITHIN(-2.0f, 2.0f))
TARGET(VIBRATO_DELAY, vibrato_delay)
TARGET(TRANSITION_DEPTH, depth, AT_KEY)
TARGET(EXPRESSION, expression, AT_KEY)
TARGET(FORMANT, formant, WITHIN(-12.0f, 12.0f))
