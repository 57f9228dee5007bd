-- keys: talk room
-- args: number yes
-- The visitor's answer to what a colleague has agreed to.
local fields = redis.call('HMGET', talk, 'state', 'ask', 'ask_stage', 'ask_until')
if not fields[1] then
  return {'gone'}
end
if fields[2] ~= number or fields[3] ~= 'visitor' or tonumber(fields[4]) <= now() then
  return {'stale'}
end
redis.call('HSET', talk, 'ask_stage', yes == '1' and 'agreed' or 'refused')
redis.call('PUBLISH', room, 'x')
return {'done'}
