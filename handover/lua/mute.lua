-- keys: talk down
-- args: staff muted
-- `muted` is 1 or 0. Until it is 0 again, or the talk is in other hands, the visitor's words are refused.
local fields = redis.call('HMGET', talk, 'state', 'staff')
if not fields[1] then
  return {'gone'}
end
if fields[2] ~= staff then
  return {'notyours'}
end
if muted == '1' then
  redis.call('HSET', talk, 'muted', 1)
else
  redis.call('HDEL', talk, 'muted')
end
redis.call('PUBLISH', down, 'm' .. muted)
return {'done'}
