-- keys: talk up room urgent
-- args: id briefing danger
local fields = redis.call('HMGET', talk, 'state', 'joined')
if (fields[1] or 'guided') == 'guided' then
  return {'gone'}
end
redis.call('HSET', talk, 'briefing', briefing)
if danger == '0' then
  redis.call('HDEL', talk, 'urgent')
  redis.call('ZREM', urgent, id)
else
  redis.call('HSET', talk, 'urgent', 1)
  if fields[1] == 'waiting' then
    list_urgent(urgent, id, fields[2], redis.call('PEXPIRETIME', talk))
  end
end
redis.call('PUBLISH', up, 'b' .. briefing)
redis.call('PUBLISH', room, 'x')
return {'done'}
