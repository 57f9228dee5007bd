-- keys: talk room asks urgent back
-- args: id
-- One entry of `room` whose talk fell silent.
if redis.call('EXISTS', talk) == 0 then
  redis.call('ZREM', asks, id)
  if leave_room(room, urgent, back, id) == 1 then
    redis.call('PUBLISH', room, 'x')
  end
end
return {'done'}
