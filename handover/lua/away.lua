-- keys: talk up down
-- args: seen waiting_silence silence
local state = redis.call('HGET', talk, 'state')
if not state or state == 'guided' then
  return {'gone'}
end
if tonumber(seen) > 0 and redis.call('PEXPIRETIME', talk) ~= tonumber(seen) then
  return {'done'}
end
redis.call('HSET', talk, 'away', 1)
local deadline = math.floor(now() / 1000) + (state == 'waiting' and waiting_silence or silence) * 1000
for _, key in ipairs({talk, up, down}) do
  redis.call('PEXPIREAT', key, whole(deadline))
end
redis.call('PUBLISH', up, 'w')
return {'done'}
