-- keys: talk up down room held full asks pace urgent back
-- args: id staff reason
-- `staff` is empty for the visitor. DEL and not UNLINK: when the answer leaves, the words are gone.
local fields = redis.call('HMGET', talk, 'state', 'staff', 'holding')
if not fields[1] then
  return {'gone'}
end
if staff ~= '' and fields[2] ~= staff then
  return {'notyours'}
end
check_move(fields[1], 'ended')
for _, key in ipairs({talk, up, down}) do
  redis.call('DEL', key)
end
leave_room(room, urgent, back, id)
redis.call('ZREM', asks, id)
if fields[3] then
  redis.call('ZREM', held, fields[3])
  make_room(full, fields[2])
  keep_pace(pace, fields[3])
end
redis.call('PUBLISH', talk, 'e' .. reason)
redis.call('PUBLISH', room, 'x')
return {'done'}
