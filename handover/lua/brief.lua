-- keys: talk up room
-- args: briefing
if (redis.call('HGET', talk, 'state') or 'guided') == 'guided' then
  return {'gone'}
end
redis.call('HSET', talk, 'briefing', briefing)
redis.call('PUBLISH', up, 'b' .. briefing)
redis.call('PUBLISH', room, 'x')
return {'done'}
