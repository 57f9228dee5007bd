-- keys: duty free held pace shut
-- args:
return outlook(duty, free, held, pace, shut)
