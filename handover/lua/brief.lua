-- keys: talk up room
-- args: briefing
if redis.call('EXISTS', talk) == 0 then
  return {'gone'}
end
redis.call('HSET', talk, 'briefing', briefing)
redis.call('PUBLISH', up, 'b' .. briefing)
redis.call('PUBLISH', room, 'x')
return {'done'}
