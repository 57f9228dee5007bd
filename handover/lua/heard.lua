-- keys: talk log
-- args: side staff seq
-- `side` is the direction that was shown; `log` is the channel of the end that saw it.
local fields = redis.call('HMGET', talk, 'state', 'staff', side .. '_seq', side .. '_heard')
if not fields[1] or fields[1] == 'guided' then
  return {'gone'}
end
if staff ~= '' and fields[2] ~= staff then
  return {'notyours'}
end
local shown = math.min(tonumber(seq), tonumber(fields[3]))
if shown > tonumber(fields[4]) then
  redis.call('HSET', talk, side .. '_heard', whole(shown))
  redis.call('PUBLISH', log, 'h' .. whole(shown))
end
return {'done'}
