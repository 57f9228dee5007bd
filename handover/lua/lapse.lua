-- keys: talk room held duty full asks urgent back
-- args: id staff holding
-- One entry of `held`: its visitor fell silent, its staff member was lost, or all is well.
local current = redis.call('HGET', talk, 'holding')
if redis.call('EXISTS', talk) == 0 then
  redis.call('ZREM', asks, id)
  if redis.call('ZREM', held, holding) == 1 then
    make_room(full, staff)
    redis.call('PUBLISH', talk, 'esilence')
    redis.call('PUBLISH', room, 'x')
  end
  return {'gone'}
end
if current ~= holding or not lapsed(duty, staff) then
  return {'kept'}
end
give_back(id, talk, room, held, full, urgent, back, staff)
return {'returned'}
