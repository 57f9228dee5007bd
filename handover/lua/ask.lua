-- keys: talk room held duty crew asks
-- args: id staff kind to name why seconds capacity first last
-- One question at a time. `to` is empty for whichever colleague answers first; `first` and `last` bound what `to` holds.
local fields = redis.call('HMGET', talk, 'state', 'staff', 'ask', 'ask_stage', 'ask_until', 'helper')
if not fields[1] then
  return {'gone'}
end
if fields[2] ~= staff then
  return {'notyours'}
end
local time = now()
if OPEN[fields[4]] and tonumber(fields[5]) > time or kind == 'help' and fields[6] then
  return {'busy'}
end
local others = redis.call('ZCOUNT', duty, '(' .. whole(time), '+inf') - (lapsed(duty, staff) and 0 or 1)
if others < 1 or to == staff or (to ~= '' and lapsed(duty, to)) then
  return {'notonduty'}
end
if kind == 'move' and redis.call('ZLEXCOUNT', held, first, last) >= most_of(crew, to, capacity) then
  return {'atcapacity'}
end
local number = whole(tonumber(fields[3] or 0) + 1)
redis.call('HSET', talk, 'ask', number, 'ask_kind', kind, 'ask_to', to, 'ask_name', name, 'ask_why', why,
  'ask_stage', 'colleague', 'ask_until', whole(time + seconds * 1000000))
list_ask(asks, id, time, seconds)
redis.call('PUBLISH', room, 'x')
return {'done'}
