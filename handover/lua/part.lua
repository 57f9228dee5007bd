-- keys: talk room
-- args: staff
-- Nobody reads along any more. `staff` is empty for the visitor, who needs nobody's leave.
local fields = redis.call('HMGET', talk, 'state', 'staff', 'helper')
if not fields[1] then
  return {'gone'}
end
if staff ~= '' and fields[2] ~= staff and fields[3] ~= staff then
  return {'notyours'}
end
if fields[3] then
  end_help(talk, room)
end
return {'done'}
