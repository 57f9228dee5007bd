-- keys: talk room
-- args: id
-- One entry of `room` whose talk fell silent.
if redis.call('EXISTS', talk) == 0 and redis.call('ZREM', room, id) == 1 then
  redis.call('PUBLISH', room, 'x')
end
return {'done'}
