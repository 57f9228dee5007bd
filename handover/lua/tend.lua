-- keys: talk room duty asks
-- args: id staff seconds
-- The holder's desk looks at who reads along.
local fields = redis.call('HMGET', talk, 'state', 'staff', 'helper')
if not fields[1] then
  return {'gone'}
end
if fields[2] ~= staff then
  return {'notyours'}
end
if fields[3] and lapsed(duty, fields[3]) then
  end_help(talk, room)
elseif fields[3] then
  list_ask(asks, id, now(), seconds)
end
return {'done'}
