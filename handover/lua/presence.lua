-- keys: room duty free
-- args:
local after = '(' .. whole(now())
return {redis.call('ZCARD', room), redis.call('ZCOUNT', duty, after, '+inf'), redis.call('ZCOUNT', free, after, '+inf')}
