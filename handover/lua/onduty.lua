-- keys: duty free full crew held room
-- args: staff seconds paused capacity row
-- Renewed every few seconds: the room hears of it only when something to see has changed. `row` is what colleagues see.
local time = now()
local function standing()
  local marked = redis.call('ZSCORE', full, staff .. ' 1')
  return {not lapsed(duty, staff), not lapsed(free, staff) and not marked, redis.call('HGET', crew, staff)}
end
local before = standing()
redis.call('ZADD', duty, whole(time + seconds * 1000000), staff)
if paused == '1' then
  redis.call('ZREM', free, staff)
else
  redis.call('ZADD', free, whole(time + seconds * 1000000), staff)
end
for _, key in ipairs({duty, free}) do
  redis.call('ZREMRANGEBYSCORE', key, '-inf', whole(time))
end
redis.call('HSET', crew, staff, row)
weigh(full, free, held, staff, tonumber(capacity))
for _, key in ipairs({duty, free, crew}) do
  outlive(key, math.floor(time / 1000) + seconds * 1000)
end
local after = standing()
if before[1] ~= after[1] or before[2] ~= after[2] or before[3] ~= after[3] then
  redis.call('PUBLISH', room, 'x')
end
return {'done'}
