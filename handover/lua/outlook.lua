-- keys: duty free full held pace shut
-- args:
return outlook(duty, free, full, held, pace, shut)
