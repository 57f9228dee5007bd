-- keys: room urgent back
-- args: most first
-- The front of the waiting room, whatever waits behind: who has waited longest, those in danger, those whose staff member
-- was lost. An entry of the two indexes that is not in the room any more is forgotten here: a script of an earlier version
-- knew nothing of them.
local function waits(id)
  return redis.call('ZSCORE', room, id)
end
local stale
repeat
  stale = false
  for _, id in ipairs(redis.call('ZRANGE', urgent, 0, first - 1)) do
    if not waits(id) then
      redis.call('ZREM', urgent, id)
      stale = true
    end
  end
until not stale
local rows, lost = redis.call('HGETALL', back), {}
for place = 1, #rows, 2 do
  if waits(rows[place]) then
    lost[#lost + 1] = rows[place]
    lost[#lost + 1] = rows[place + 1]
  else
    redis.call('HDEL', back, rows[place])
  end
end
return {redis.call('ZCARD', room), redis.call('ZRANGE', room, -1, -1, 'WITHSCORES'),
  redis.call('ZRANGE', room, 0, most - 1, 'WITHSCORES'), redis.call('ZRANGE', urgent, 0, first - 1, 'WITHSCORES'), lost}
