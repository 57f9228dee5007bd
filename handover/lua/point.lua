-- keys: talk down room asks
-- args: id staff desk seconds
-- The holder points the visitor to another desk: a question to the visitor alone, open for so many seconds. Nothing
-- follows from the answer here; who goes there ends the talk themselves.
local fields = redis.call('HMGET', talk, 'state', 'staff', 'ask', 'ask_stage', 'ask_until')
if not fields[1] then
  return {'gone'}
end
if fields[2] ~= staff then
  return {'notyours'}
end
local time = now()
if OPEN[fields[4]] and tonumber(fields[5]) > time then
  return {'busy'}
end
local number = whole(tonumber(fields[3] or 0) + 1)
-- To the holder: so no colleague is asked, nor may answer, and the holder may take it back.
redis.call('HSET', talk, 'ask', number, 'ask_kind', 'desk', 'ask_to', staff, 'ask_name', desk, 'ask_why', '',
  'ask_stage', 'visitor', 'ask_until', whole(time + seconds * 1000000))
list_ask(asks, id, time, seconds)
redis.call('PUBLISH', down, 'q')
redis.call('PUBLISH', room, 'x')
return {'done'}
