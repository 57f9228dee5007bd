-- keys: talk room shut urgent
-- args: id briefing pseudonym danger limit silence
-- A repeated join of the same id is the same join: the id is made by the visitor's end. Nobody is there until the first
-- attend: when the answer is lost, the visitor never learns of this talk, and it must not stay for long.
if redis.call('EXISTS', talk) == 1 then
  return {'joined'}
end
local closed = redis.call('GET', shut)
if closed then
  return {'shut', closed}
end
if redis.call('ZCARD', room) >= tonumber(limit) then
  return {'full'}
end
local joined = now()
local deadline = math.floor(joined / 1000) + silence * 1000
redis.call('HSET', talk, 'state', 'waiting', 'briefing', briefing, 'pseudonym', pseudonym, 'joined', whole(joined),
  'up_seq', 0, 'up_heard', 0, 'down_seq', 0, 'down_heard', 0, 'away', 1)
redis.call('PEXPIREAT', talk, whole(deadline))
redis.call('ZADD', room, whole(joined), id)
outlive(room, deadline)
if danger == '1' then
  redis.call('HSET', talk, 'urgent', 1)
  list_urgent(urgent, id, whole(joined), deadline)
end
redis.call('PUBLISH', room, 'x')
return {'joined'}
