-- keys: talk down
-- args: staff
-- Take the visitor's words again: this needs nobody. Muting needs two (ask.lua, answer.lua).
local fields = redis.call('HMGET', talk, 'state', 'staff')
if not fields[1] then
  return {'gone'}
end
if fields[2] ~= staff then
  return {'notyours'}
end
redis.call('HDEL', talk, 'muted')
if not OPEN[redis.call('HGET', talk, 'ask_stage')] then
  redis.call('HDEL', talk, unpack(ASK)) -- that it was confirmed is over
end
redis.call('PUBLISH', down, 'm0')
return {'done'}
