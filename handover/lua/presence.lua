-- keys: room duty free full
-- args:
-- Available is who is free and not full: each first mark in `full` is somebody of `free`, with the same lease.
local time = now()
local after = '(' .. whole(time)
local available = redis.call('ZCOUNT', free, after, '+inf') - redis.call('ZCOUNT', full, after, '+inf')
local lately = redis.call('ZCOUNT', room, whole(time - 60 * 1000000), '+inf')
return {redis.call('ZCARD', room), redis.call('ZCOUNT', duty, after, '+inf'), available, lately}
