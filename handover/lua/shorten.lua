-- keys: duty free full
-- args: staff seconds
local ends = whole(now() + seconds * 1000000)
redis.call('ZADD', duty, 'XX', 'LT', ends, staff)
redis.call('ZADD', free, 'XX', 'LT', ends, staff)
redis.call('ZADD', full, 'XX', 'LT', ends, staff .. ' 1')
return {'done'}
