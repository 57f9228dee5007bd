-- keys: room duty free
-- args:
local time = now()
local after = '(' .. whole(time)
local lately = redis.call('ZCOUNT', room, whole(time - 60 * 1000000), '+inf')
return {redis.call('ZCARD', room), redis.call('ZCOUNT', duty, after, '+inf'), redis.call('ZCOUNT', free, after, '+inf'), lately}
