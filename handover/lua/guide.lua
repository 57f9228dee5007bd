-- keys: talk up down room asks shut urgent back
-- args: id
-- What is left says that the wait has ended and why, for a page that is not connected now; it lives no longer than the
-- wait would have.
local state = redis.call('HGET', talk, 'state')
if not state then
  return {'gone'}
end
if state == 'guided' then
  return {'done'}
end
if state ~= 'waiting' then
  return {'taken'}
end
check_move(state, 'guided')
local deadline = redis.call('PEXPIRETIME', talk)
for _, key in ipairs({talk, up, down}) do
  redis.call('DEL', key)
end
leave_room(room, urgent, back, id)
redis.call('ZREM', asks, id)
redis.call('HSET', talk, 'state', 'guided', 'why', redis.call('GET', shut) or '')
redis.call('PEXPIREAT', talk, whole(deadline))
redis.call('PUBLISH', talk, 'g')
redis.call('PUBLISH', room, 'x')
return {'done'}
