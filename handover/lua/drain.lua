-- keys: count
-- args:
local figures = redis.call('HGETALL', count)
redis.call('DEL', count)
return figures
