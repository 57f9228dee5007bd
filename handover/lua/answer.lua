-- keys: talk down room duty asks
-- args: id staff number yes seconds
-- A colleague's yes or no; the one who asked may take the question back. A colleague's yes mutes at once, or puts the
-- question to the visitor.
local fields = redis.call('HMGET', talk, 'state', 'staff', 'ask', 'ask_kind', 'ask_to', 'ask_stage', 'ask_until')
if not fields[1] then
  return {'gone'}
end
local time, stage, own = now(), fields[6], fields[2] == staff
if fields[3] ~= number or not OPEN[stage] or tonumber(fields[7]) <= time then
  return {'stale'}
end
if own and yes == '1' or not own and fields[5] ~= '' and fields[5] ~= staff then
  return {'notyours'}
end
if not own and lapsed(duty, staff) then
  return {'notonduty'}
end
if yes == '1' and stage ~= 'colleague' then
  return {'stale'}
end
if yes == '0' then
  redis.call('HSET', talk, 'ask_stage', own and 'withdrawn' or 'declined')
elseif fields[4] == 'mute' then
  redis.call('HSET', talk, 'ask_stage', 'done', 'muted', 1)
  redis.call('PUBLISH', down, 'm1')
else
  redis.call('HSET', talk, 'ask_stage', 'visitor', 'ask_to', staff, 'ask_until', whole(time + seconds * 1000000))
  list_ask(asks, id, time, seconds)
end
redis.call('PUBLISH', down, 'q')
redis.call('PUBLISH', room, 'x')
return {'done'}
